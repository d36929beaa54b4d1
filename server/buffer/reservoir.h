#pragma once
// The training reservoir: uniform draws with replacement; arrivals evict random seen samples, never
// unseen ones.

#include <cstddef>
#include <optional>

#include "server/buffer/slot_buffer.h"
#include "src/core/random.h"

namespace weir {

/// Source: Meyer et al., SC'23, section 3.2.
class Reservoir final : public SlotBuffer {
 public:
  Reservoir(std::size_t capacity, std::size_t watermark, Random random);
  std::size_t room() const override;
  std::optional<Slot> acquire() override;
  Slot draw() override;
  BufferState save() const override;
  void restore(const BufferState& state) override;

 private:
  bool removes() const override { return reception_over(); }
  void guess(std::span<Slot> slots) const override { SlotBuffer::guess(random_, slots); }

  Random random_;
};

}  // namespace weir

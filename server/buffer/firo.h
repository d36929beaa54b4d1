#pragma once
// First in, random out: samples are drawn once, in random order.

#include <cstddef>

#include "server/buffer/slot_buffer.h"
#include "src/core/random.h"

namespace weir {

class Firo final : public SlotBuffer {
 public:
  Firo(std::size_t capacity, std::size_t watermark, Random random);
  Slot draw() override;
  BufferState save() const override;
  void restore(const BufferState& state) override;

 private:
  void guess(std::span<Slot> slots) const override { SlotBuffer::guess(random_, slots); }

  Random random_;
};

}  // namespace weir

#pragma once
// First in, first out: samples are drawn once, in the order of their arrival.

#include <cstddef>
#include <vector>

#include "server/buffer/slot_buffer.h"

namespace weir {

/// Arrival is commit(), not acquire(): samples that are filled side by side count from when they
/// are whole.
class Fifo final : public SlotBuffer {
 public:
  Fifo(std::size_t capacity, std::size_t watermark);
  void commit(Slot slot) override;
  Slot draw() override;
  BufferState save() const override;
  void restore(const BufferState& state) override;

 private:
  void guess(std::span<Slot> slots) const override;

  std::vector<Slot> ring_;  ///< the population, oldest at first_
  std::size_t first_ = 0, size_ = 0;
};

}  // namespace weir

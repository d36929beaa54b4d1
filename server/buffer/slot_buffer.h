#pragma once
// What FIFO, FIRO and reservoir have in common: the slots' life, the watermark, and the end of
// reception.

#include <cstddef>
#include <optional>

#include "server/buffer/buffer.h"
#include "server/buffer/slots.h"

namespace weir {

/// A kind of buffer adds draw(), and what it may evict. Not thread-safe.
class SlotBuffer : public Buffer {
 public:
  SlotBuffer(std::size_t capacity, std::size_t watermark);

  std::size_t room() const override { return slots_.count(SlotState::free); }
  std::optional<Slot> acquire() override;
  void commit(Slot slot) override;
  void abandon(Slot slot) override;
  bool drawable() const override;
  void pin(Slot slot) override;
  void unpin(Slot slot) override;
  void end_reception() override { over_ = true; }
  bool reception_over() const override { return over_; }
  Occupancy occupancy() const override;
  Slot at(std::size_t k) const override;
  BufferState save() const override;
  void restore(const BufferState& state) override;

 protected:
  /// The draw of a slot that leaves the buffer with it.
  Slot remove(Slot slot);
  Slots slots_;

 private:
  std::size_t watermark_;
  bool over_ = false;
};

}  // namespace weir

#pragma once
// What FIFO, FIRO and reservoir have in common: the slots' life, the watermark, and the end of
// reception.

#include <cstddef>
#include <optional>
#include <span>
#include <utility>

#include "server/buffer/buffer.h"
#include "server/buffer/slots.h"
#include "src/core/random.h"

namespace weir {

/// A kind of buffer adds how it draws, and what it may evict. Not thread-safe.
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
  void foresee(std::span<Slot> slots) const override;
  void end_reception() override { over_ = true; }
  bool reception_over() const override { return over_; }
  Occupancy occupancy() const override;
  Slot at(std::size_t k) const override;
  BufferState save() const override;
  void restore(const BufferState& state) override;

 protected:
  /// What foresee() gives.
  virtual void guess(std::span<Slot> slots) const = 0;
  /// Whether a draw removes what it draws.
  virtual bool removes() const { return true; }
  /// The guess at what a generator decides.
  void guess(Random random, std::span<Slot> slots) const;
  /// The draw of a slot that leaves the buffer with it.
  Slot remove(Slot slot);
  Slots slots_;

 private:
  /// Where the k-th of the population is.
  std::pair<SlotState, std::size_t> place(std::size_t k) const;
  void prefetch_at(std::size_t k) const;

  std::size_t watermark_;
  bool over_ = false;
};

}  // namespace weir

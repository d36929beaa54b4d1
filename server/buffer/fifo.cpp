#include "server/buffer/fifo.h"

#include <algorithm>
#include <cassert>

#include "src/core/error.h"

namespace weir {
namespace {

std::vector<Slot> sorted(std::vector<Slot> slots) {
  std::sort(slots.begin(), slots.end());
  return slots;
}

}  // namespace

Fifo::Fifo(std::size_t capacity, std::size_t watermark)
    : SlotBuffer(capacity, watermark), ring_(capacity) {}

void Fifo::commit(Slot slot) {
  SlotBuffer::commit(slot);
  ring_[(first_ + size_) % ring_.size()] = slot;
  ++size_;
}

Slot Fifo::draw() {
  assert(size_ > 0);
  const Slot slot = ring_[first_];
  first_ = (first_ + 1) % ring_.size();
  --size_;
  return remove(slot);
}

void Fifo::guess(std::span<Slot> slots) const {
  for (std::size_t k = 0; k < slots.size(); ++k) slots[k] = ring_[(first_ + k) % ring_.size()];
}

BufferState Fifo::save() const {
  BufferState state = SlotBuffer::save();
  for (std::size_t k = 0; k < size_; ++k) {
    state.order.push_back(ring_[(first_ + k) % ring_.size()]);
  }
  return state;
}

void Fifo::restore(const BufferState& state) {
  if (!state.seen.empty() || sorted(state.order) != sorted(state.unseen)) {
    throw Error(ErrorKind::input,
                "the saved buffer is not that of a fifo: set /buffer/kind as it was");
  }
  SlotBuffer::restore(state);
  std::copy(state.order.begin(), state.order.end(), ring_.begin());
  first_ = 0;
  size_ = state.order.size();
}

}  // namespace weir

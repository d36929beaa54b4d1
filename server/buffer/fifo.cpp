#include "server/buffer/fifo.h"

#include <cassert>

namespace weir {

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

}  // namespace weir

#include "server/buffer/slots.h"

#include <cassert>

namespace weir {

Slots::Slots(std::size_t capacity)
    : records_(capacity, Record{.position = 0, .pins = 0, .state = SlotState::free}) {
  assert(capacity > 0 && capacity < (std::uint64_t{1} << 32));
  // Reserved, not touched: an array grows without moving, and costs memory only as far as it was
  // used.
  for (auto& members : members_) members.reserve(capacity);
  // Low slots are taken first, so that a buffer that never fills leaves the end of its slabs
  // untouched.
  auto& free = members(SlotState::free);
  for (std::size_t k = 0; k < capacity; ++k) {
    const auto slot = static_cast<Slot>(capacity - 1 - k);
    records_[slot].position = static_cast<std::uint32_t>(k);
    free.push_back(slot);
  }
}

void Slots::move(Slot slot, SlotState to) {
  Record& record = records_[slot];
  auto& from = members(record.state);
  const Slot last = from.back();
  from[record.position] = last;
  records_[last].position = record.position;
  from.pop_back();

  auto& target = members(to);
  record.position = static_cast<std::uint32_t>(target.size());
  record.state = to;
  target.push_back(slot);
}

bool Slots::unpin(Slot slot) {
  assert(records_[slot].pins > 0);
  return --records_[slot].pins == 0;
}

}  // namespace weir

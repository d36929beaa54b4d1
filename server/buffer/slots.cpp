#include "server/buffer/slots.h"

#include <cassert>

namespace weir {

Slots::Slots(std::size_t capacity)
    : position_(capacity), pins_(capacity, 0), states_(capacity, SlotState::free) {
  assert(capacity > 0 && capacity < (std::uint64_t{1} << 32));
  // Reserved, not touched: an array grows without moving, and costs memory only as far as it was
  // used.
  for (auto& members : members_) members.reserve(capacity);
  // Low slots are taken first, so that a buffer that never fills leaves the end of its slabs
  // untouched.
  auto& free = members(SlotState::free);
  for (std::size_t k = 0; k < capacity; ++k) {
    const auto slot = static_cast<Slot>(capacity - 1 - k);
    position_[slot] = static_cast<std::uint32_t>(k);
    free.push_back(slot);
  }
}

void Slots::move(Slot slot, SlotState to) {
  auto& from = members(states_[slot]);
  const Slot last = from.back();
  from[position_[slot]] = last;
  position_[last] = position_[slot];
  from.pop_back();

  auto& target = members(to);
  position_[slot] = static_cast<std::uint32_t>(target.size());
  target.push_back(slot);
  states_[slot] = to;
}

bool Slots::unpin(Slot slot) {
  assert(pins_[slot] > 0);
  return --pins_[slot] == 0;
}

}  // namespace weir

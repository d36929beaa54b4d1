#include "server/buffer/slots.h"

#include <cassert>
#include <initializer_list>
#include <string>

#include "src/core/error.h"

namespace weir {
namespace {

void check(std::size_t capacity, std::initializer_list<const std::vector<Slot>*> lists) {
  std::vector<bool> named(capacity);
  std::size_t count = 0;
  for (const auto* list : lists) {
    for (const Slot slot : *list) {
      if (slot >= capacity || named[slot]) {
        throw Error(ErrorKind::input, "the saved buffer names slot " + std::to_string(slot) +
                                          (slot < capacity ? " twice" : "") + ", but it has " +
                                          std::to_string(capacity) +
                                          " slots: see /buffer/capacity");
      }
      named[slot] = true;
      ++count;
    }
  }
  if (count == capacity) return;
  throw Error(ErrorKind::input, "the saved buffer has " + std::to_string(count) +
                                    " slots, the study's has " + std::to_string(capacity) +
                                    ": set /buffer/capacity as it was");
}

}  // namespace

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

void Slots::assign(const std::vector<Slot>& free, const std::vector<Slot>& unseen,
                   const std::vector<Slot>& idle) {
  check(records_.size(), {&free, &unseen, &idle});
  for (auto& members : members_) members.clear();
  add(free, SlotState::free);
  add(unseen, SlotState::unseen);
  add(idle, SlotState::idle);
}

void Slots::add(const std::vector<Slot>& slots, SlotState state) {
  for (const Slot slot : slots) {
    auto& target = members(state);
    records_[slot] =
        Record{.position = static_cast<std::uint32_t>(target.size()), .pins = 0, .state = state};
    target.push_back(slot);
  }
}

bool Slots::unpin(Slot slot) {
  assert(records_[slot].pins > 0);
  return --records_[slot].pins == 0;
}

}  // namespace weir

#include "server/buffer/slot_buffer.h"

#include <algorithm>
#include <cassert>

namespace weir {

SlotBuffer::SlotBuffer(std::size_t capacity, std::size_t watermark)
    : slots_(capacity), watermark_(std::max<std::size_t>(watermark, 1)) {
  assert(watermark <= capacity);
}

std::optional<Slot> SlotBuffer::acquire() {
  const std::size_t free = slots_.count(SlotState::free);
  if (free == 0) return std::nullopt;
  const Slot slot = slots_.at(SlotState::free, free - 1);
  slots_.move(slot, SlotState::filling);
  return slot;
}

void SlotBuffer::commit(Slot slot) {
  assert(slots_.state(slot) == SlotState::filling);
  slots_.move(slot, SlotState::unseen);
}

void SlotBuffer::abandon(Slot slot) {
  assert(slots_.state(slot) == SlotState::filling);
  slots_.move(slot, SlotState::free);
}

bool SlotBuffer::drawable() const { return occupancy().population() >= (over_ ? 1 : watermark_); }

void SlotBuffer::foresee(std::span<Slot> slots) const {
  guess(slots);
  for (const Slot slot : slots) slots_.prefetch(slot);
}

/// Each draw takes a slot out of its list, and removes it or appends it to the held ones. Which
/// slot then fills its place is not foreseen, nor is one that is drawn twice.
void SlotBuffer::guess(Random random, std::span<Slot> slots) const {
  std::size_t population = occupancy().population();
  const std::size_t first_idle = slots_.count(SlotState::unseen);
  std::size_t unseen = first_idle;
  for (Slot& place : slots) {
    std::size_t k = random.below(population);
    if (k >= unseen) {
      k += first_idle - unseen;
    } else {
      --unseen;
    }
    if (removes()) --population;
    place = static_cast<Slot>(std::min(k, occupancy().population() - 1));
    prefetch_at(place);
  }
  for (Slot& slot : slots) slot = at(slot);
}

void SlotBuffer::pin(Slot slot) {
  assert(slots_.state(slot) != SlotState::free && slots_.state(slot) != SlotState::filling);
  slots_.pin(slot);
  if (slots_.state(slot) == SlotState::idle) slots_.move(slot, SlotState::held);
}

void SlotBuffer::unpin(Slot slot) {
  if (!slots_.unpin(slot)) return;
  if (slots_.state(slot) == SlotState::held) slots_.move(slot, SlotState::idle);
  if (slots_.state(slot) == SlotState::leaving) slots_.move(slot, SlotState::free);
}

Occupancy SlotBuffer::occupancy() const {
  return {.free = slots_.count(SlotState::free),
          .filling = slots_.count(SlotState::filling),
          .unseen = slots_.count(SlotState::unseen),
          .seen = slots_.count(SlotState::idle) + slots_.count(SlotState::held)};
}

std::pair<SlotState, std::size_t> SlotBuffer::place(std::size_t k) const {
  for (const auto state : {SlotState::unseen, SlotState::idle}) {
    if (k < slots_.count(state)) return {state, k};
    k -= slots_.count(state);
  }
  return {SlotState::held, k};
}

Slot SlotBuffer::at(std::size_t k) const {
  const auto [state, position] = place(k);
  return slots_.at(state, position);
}

void SlotBuffer::prefetch_at(std::size_t k) const {
  const auto [state, position] = place(k);
  slots_.prefetch_at(state, position);
}

BufferState SlotBuffer::save() const {
  assert(slots_.count(SlotState::held) == 0 && slots_.count(SlotState::leaving) == 0);
  BufferState state;
  state.free = slots_.all(SlotState::free);
  auto filling = slots_.all(SlotState::filling);
  std::sort(filling.begin(), filling.end());
  state.free.insert(state.free.end(), filling.begin(), filling.end());
  state.unseen = slots_.all(SlotState::unseen);
  state.seen = slots_.all(SlotState::idle);
  state.reception_over = over_;
  return state;
}

void SlotBuffer::restore(const BufferState& state) {
  slots_.assign(state.free, state.unseen, state.seen);
  over_ = state.reception_over;
}

Slot SlotBuffer::remove(Slot slot) {
  slots_.move(slot, SlotState::leaving);
  slots_.pin(slot);
  return slot;
}

}  // namespace weir

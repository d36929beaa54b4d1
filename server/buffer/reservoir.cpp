#include "server/buffer/reservoir.h"

namespace weir {

Reservoir::Reservoir(std::size_t capacity, std::size_t watermark, Random random)
    : SlotBuffer(capacity, watermark), random_(random) {}

std::size_t Reservoir::room() const { return SlotBuffer::room() + slots_.count(SlotState::idle); }

std::optional<Slot> Reservoir::acquire() {
  if (const auto slot = SlotBuffer::acquire()) return slot;
  const std::size_t evictable = slots_.count(SlotState::idle);
  if (evictable == 0) return std::nullopt;
  const Slot slot = slots_.at(SlotState::idle, random_.below(evictable));
  slots_.move(slot, SlotState::filling);
  return slot;
}

Slot Reservoir::draw() {
  const Slot slot = at(random_.below(occupancy().population()));
  if (reception_over()) return remove(slot);
  slots_.pin(slot);
  slots_.move(slot, SlotState::held);
  return slot;
}

}  // namespace weir

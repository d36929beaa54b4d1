#include "server/buffer/reservoir.h"

#include "src/core/error.h"
#include "src/core/planted_bug.h"

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

BufferState Reservoir::save() const {
  BufferState state = SlotBuffer::save();
  state.random = random_.state();
  return state;
}

void Reservoir::restore(const BufferState& state) {
  if (!state.order.empty()) {
    throw Error(ErrorKind::input,
                "the saved buffer is not that of a reservoir: set /buffer/kind as it was");
  }
  SlotBuffer::restore(state);
  if (!WEIR_BUG("cut_without_generator")) random_ = Random(state.random);
}

}  // namespace weir

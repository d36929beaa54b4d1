#include "server/buffer/firo.h"

#include "src/core/error.h"

namespace weir {

Firo::Firo(std::size_t capacity, std::size_t watermark, Random random)
    : SlotBuffer(capacity, watermark), random_(random) {}

Slot Firo::draw() { return remove(at(random_.below(slots_.count(SlotState::unseen)))); }

BufferState Firo::save() const {
  BufferState state = SlotBuffer::save();
  state.random = random_.state();
  return state;
}

void Firo::restore(const BufferState& state) {
  if (!state.order.empty() || !state.seen.empty()) {
    throw Error(ErrorKind::input,
                "the saved buffer is not that of a firo: set /buffer/kind as it was");
  }
  SlotBuffer::restore(state);
  random_ = Random(state.random);
}

}  // namespace weir

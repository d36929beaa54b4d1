#include "server/buffer/firo.h"

namespace weir {

Firo::Firo(std::size_t capacity, std::size_t watermark, Random random)
    : SlotBuffer(capacity, watermark), random_(random) {}

Slot Firo::draw() { return remove(at(random_.below(slots_.count(SlotState::unseen)))); }

}  // namespace weir

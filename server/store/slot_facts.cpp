#include "server/store/slot_facts.h"

#include <memory>

namespace weir {

SlotFacts::SlotFacts(std::size_t capacity, std::size_t parameters)
    : parameters_(parameters), lines_a_slot_(lines(parameters)), lines_(capacity * lines_a_slot_) {
  for (std::size_t slot = 0; slot < capacity; ++slot) {
    std::byte* place = first(static_cast<Slot>(slot));
    std::construct_at(reinterpret_cast<Fact*>(place));
    std::uninitialized_fill_n(reinterpret_cast<double*>(place + sizeof(Fact)), parameters, 0.0);
  }
}

void SlotFacts::prefetch(Slot slot) const {
  const std::byte* const place = first(slot);
  for (std::size_t line = 0; line < lines_a_slot_; ++line)
    __builtin_prefetch(place + line * sizeof(Line), /*write=*/1);
}

}  // namespace weir

#pragma once
// A buffer's whole state as plain data: what it is restored from, to the order of its slots.

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace weir {

using Slot = std::uint32_t;

/// Between two batches: no slot is pinned by a batch. A slot that was filling at that moment counts
/// as free: its sample is sent again. Restored, the buffer makes the same choices as the one that
/// was saved, given the same calls. Value type.
struct BufferState {
  std::vector<Slot> free, unseen,
      seen;                 ///< in the order of the tables, which decides draws and evictions
  std::vector<Slot> order;  ///< fifo: the population, oldest first
  std::array<std::uint64_t, 4> random{};  ///< state of the generator; fifo: unused
  bool reception_over = false;
  bool operator==(const BufferState&) const = default;
};

}  // namespace weir

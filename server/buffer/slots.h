#pragma once
// The table of slots that every kind of buffer shares: each slot's state and pins, and each state's
// slots.

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "server/buffer/buffer.h"
#include "src/core/large_pages.h"

namespace weir {

enum class SlotState : std::uint32_t {
  free,
  filling,
  unseen,
  idle,     ///< seen, not pinned: the only one that may be evicted
  held,     ///< seen and pinned
  leaving,  ///< removed by its draw, still pinned
};
inline constexpr std::size_t slot_states = 6;

/// Each state's slots are a dense array; a slot leaves one by swapping the last into its place, so
/// every operation is O(1). Memory: 8 bytes a slot, and 4 for each state that it has been in. Not
/// thread-safe.
class Slots {
 public:
  /// All slots are free. Precondition: 0 < capacity < 2^32.
  explicit Slots(std::size_t capacity);

  std::size_t count(SlotState state) const { return members(state).size(); }
  /// The k-th slot of a state, in no particular order. Precondition: k < count(state).
  Slot at(SlotState state, std::size_t k) const { return members(state)[k]; }
  std::vector<Slot> all(SlotState state) const {
    return {members(state).begin(), members(state).end()};
  }
  SlotState state(Slot slot) const { return records_[slot].state; }
  void move(Slot slot, SlotState to);
  /// Every slot anew, each state's in the order given; none is pinned. Error{input}: the lists do
  /// not name every slot once; then nothing has changed.
  void assign(const std::vector<Slot>& free, const std::vector<Slot>& unseen,
              const std::vector<Slot>& idle);

  // What is read soon is brought into the cache: a large table is not there.
  void prefetch_at(SlotState state, std::size_t k) const {
    __builtin_prefetch(members(state).data() + k);
  }
  void prefetch(Slot slot) const { __builtin_prefetch(&records_[slot], /*write=*/1); }

  void pin(Slot slot) { ++records_[slot].pins; }
  /// True when that was the last pin. Precondition: pinned.
  bool unpin(Slot slot);

 private:
  using Members = std::vector<Slot, LargePages<Slot>>;

  const Members& members(SlotState state) const {
    return members_[static_cast<std::size_t>(state)];
  }
  Members& members(SlotState state) { return members_[static_cast<std::size_t>(state)]; }

  void add(const std::vector<Slot>& slots, SlotState state);

  std::array<Members, slot_states> members_;
  /// Together in eight bytes: a large table costs a cache miss for each slot that is looked at.
  struct Record {
    std::uint32_t position;  ///< in its state's array
    std::uint32_t pins : 28;
    SlotState state : 4;
  };
  std::vector<Record, LargePages<Record>> records_;
};

}  // namespace weir

#pragma once
// The rows that pairs are waiting for: the last steps of each simulation that goes on.

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "server/checkpoint/store_cut.h"
#include "src/core/sample_id.h"

namespace weir {

/// Which row holds which step; the rows themselves are SlotRows'. Rows are numbered as slots behind
/// those of the buffer, so that a cut names both alike. Steps of a simulation are accepted in
/// ascending order: a row is free again when the step `lead` later is accepted or dropped, so at
/// most `lead` rows a simulation are held, and one more while a step is copied. All calls under the
/// store's lock.
class History {
 public:
  /// `first`: the buffer's capacity. lead 0: of a study whose samples need none.
  History(Slot first, std::size_t lead, std::size_t steps);

  bool owns(Slot slot) const { return slot >= first_; }
  /// A free row, for a step that arrives.
  Slot take(SampleId id);
  /// What arrived there is not accepted.
  void give_back(Slot slot);
  /// The step in the row is accepted: kept for the step `lead` later, if there is one.
  void keep(Slot slot);
  /// The step is accepted or dropped: the rows that only it and earlier ones could need are free.
  void pass(SampleId id);
  /// The simulation goes on no more.
  void forget(std::uint64_t sim);
  /// The row of an accepted step, if it is here.
  std::optional<Slot> find(SampleId id) const;

  SampleId id(Slot slot) const { return ids_[slot - first_]; }
  /// Rows of accepted steps, ascending by slot.
  std::vector<CutSample> samples() const;
  /// A row is as it was at a cut; before anything else is called. Precondition: owns(slot), and no
  /// two have the same.
  void restore(const CutSample& sample);
  /// Rows that there are, free ones among them.
  std::size_t rows() const { return ids_.size(); }

 private:
  Slot first_;
  std::size_t lead_, steps_;
  std::vector<SampleId> ids_;  ///< by row
  std::set<Slot> free_;        ///< the lowest is taken first
  std::map<SampleId, Slot> kept_;
};

}  // namespace weir

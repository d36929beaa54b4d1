#pragma once
// The values of all slots: the buffer's in slabs, those of the history one by one.

#include <cstddef>
#include <deque>
#include <memory>
#include <span>
#include <vector>

#include "server/buffer/buffer_state.h"
#include "server/samples/field_scales.h"
#include "server/samples/row_keeper.h"
#include "server/store/slab.h"
#include "src/study/study.h"

namespace weir {

/// A direct sample has one row, the target: all fields of its step. An autoregressive one has two,
/// the state (all fields of the earlier step) and the target. A row of the history is one step.
/// Memory: capacity × sample size floats, twice that for pairs, and sample size floats for each row
/// that the history ever had at a time. What may be read and written when, and by whom, is the
/// store's affair; only add_history_row() changes what others look up.
class SlotRows {
 public:
  /// Error{environment}: the memory is not there.
  explicit SlotRows(const Study& study);

  /// Floats that a cut keeps of a slot: the state's, if there is one, then the target's.
  std::size_t cut_size() const { return states_ ? 2 * sample_size_ : sample_size_; }
  std::size_t sample_size() const { return sample_size_; }
  std::size_t capacity() const { return capacity_; }

  /// Where the values of a field of an arriving step are put.
  float* arriving(Slot slot, std::size_t field);
  bool finite(Slot slot) const;

  /// There are at least so many rows of history from now on. Under the store's lock.
  void grow_history(std::size_t rows);
  /// A row's values in the history; null for a slot of the buffer. Under the store's lock, but for
  /// the thread that calls grow_history(); the values stay where they are.
  const float* history(Slot slot) const {
    return slot < capacity_ ? nullptr : history_[slot - capacity_].get();
  }

  /// Brings the beginning of a slot's values into the cache, for a copy that follows soon.
  void prefetch(Slot slot) const;
  // Values of a sample, each to or from sample_size() floats.
  void copy_target(Slot slot, float* to, const FieldScales& scales = {}) const;
  void copy_state(Slot slot, float* to, const FieldScales& scales = {}) const;
  void set_state(Slot slot, const float* from);
  /// Gives all of a sample, the target before the state.
  void keep(Slot slot, RowKeeper& keeper) const;
  /// All slabs.
  std::vector<std::span<float>> memory() const;

  /// What a cut keeps: cut_size() floats. `history`: what history(slot) said; its row stands in the
  /// place of a target, after zeros.
  void save(Slot slot, const float* history, float* to) const;
  void restore(Slot slot, std::span<const float> from);

 private:
  void set_target(Slot slot, const float* from);

  std::size_t capacity_, sample_size_;
  std::vector<Slab> targets_;         ///< one a field
  std::unique_ptr<Slab> states_;      ///< null: the samples are direct
  std::vector<std::size_t> offsets_;  ///< of each field in a row
  std::deque<std::unique_ptr<float[]>> history_;
};

}  // namespace weir

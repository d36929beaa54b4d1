#pragma once
// A rank's samples at a cut: which slots held what, in which order, and access to their rows while
// reception goes on.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "server/buffer/buffer_state.h"
#include "src/core/ledger.h"
#include "src/core/sample_id.h"

namespace weir {

/// Where a sample's row lies in the files of checkpoints: the `index`-th row of the segment that
/// cut `segment` wrote.
struct RowPlace {
  std::uint64_t segment = 0;
  std::uint64_t index = 0;
  bool operator==(const RowPlace&) const = default;
};

/// One sample of the population.
struct CutSample {
  Slot slot = 0;
  SampleId id;
  std::uint32_t draws = 0;
  double time = 0;  ///< physical, of its step
  bool operator==(const CutSample&) const = default;
};

/// What a rank's store is restored from, but for the rows. Value type.
struct StoreState {
  BufferState buffer;
  std::vector<CutSample> samples;  ///< the population, ascending by slot
  std::vector<double> repeats;     ///< see SampleStore::repeats
  Ledger ledger{0, 0, 1};
  std::uint64_t history_bytes = 0;  ///< length of the lineage log at the cut; 0 when there is none
};

/// A cut in progress. Made by the trainer's thread, used by the checkpoint's thread alone after
/// that; the store outlives it. A row is read as it was at the cut, whatever has arrived since
/// (copy on overwrite). Destruction ends the cut: nothing is copied for it any more. Errors: none.
class StoreCut {
 public:
  virtual ~StoreCut() = default;
  virtual const StoreState& state() const = 0;
  /// Floats of a row: all fields of a sample, in the study's order.
  virtual std::size_t row_size() const = 0;
  /// For each of state().samples: where an earlier published checkpoint has its row, if one has.
  virtual const std::vector<std::optional<RowPlace>>& places() const = 0;
  /// The samples (indices into state().samples) whose rows are to be written, those first that hold
  /// memory because they were overwritten meanwhile; nothing when all have been taken. Each is
  /// given once.
  virtual std::optional<std::size_t> next() = 0;
  /// Copies the row of a sample that next() gave to `row`, row_size() floats.
  virtual void read(std::size_t sample, std::span<float> row) = 0;
};

/// Puts the rows of a checkpoint back: called by a restore for each sample of StoreState::samples,
/// in that order.
using ReadRow = std::function<void(std::size_t sample, std::span<float> row)>;

}  // namespace weir

#pragma once
// Where the trainer's batches come from: the sample store that an ensemble fills, or a data set.

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "server/buffer/buffer.h"
#include "server/samples/field_scales.h"
#include "server/samples/row_keeper.h"
#include "src/core/clock.h"
#include "src/core/sample_id.h"

namespace weir {

enum class Readiness {
  below,  ///< too few samples to draw from, more are expected
  ready,
  full,  ///< ready, and nothing more can be received before something is drawn
  over,  ///< nothing is left and nothing more comes
};

struct Offer {
  Readiness readiness;
  std::size_t
      samples;  ///< how many samples a draw of a whole batch would give now; 0 when below or over
};

/// Samples of a batch, and where their values are to be put. The trainer owns `targets` and
/// `states` and reuses them.
struct Batch {
  std::uint64_t number = 0;  ///< of the training batch, from 1, the same on all ranks; set by the
                             ///< trainer before a draw
  std::vector<SampleId> ids;
  std::vector<double> parameters;  ///< ids.size() × parameters of the study, physical units
  std::vector<double> times;  ///< ids.size(): of the steps, physical; as the solver said, or from
                              ///< the study's time axis
  FieldScales scales;         ///< how states and targets are scaled while they are copied; set by
                              ///< who draws
  float* states = nullptr;    ///< autoregressive: as targets, the fields of the step `lead` before;
                              ///< null: not wanted
  /// Not null, for sources alone that have a memory(): it is given the rows, unscaled, in place of
  /// `states` and `targets`: of a row the target, then the state if there is one.
  RowKeeper* keeper = nullptr;
  std::vector<Slot> slots;   ///< with a keeper: where it was given each sample
  float* targets = nullptr;  ///< room for batch × sample_size floats: per sample all fields, in the
                             ///< study's order
};

/// offer() and wait() may be called while another thread adds samples; draw() and peek() are the
/// trainer thread's.
class SampleSource {
 public:
  virtual ~SampleSource() = default;
  virtual Offer offer(std::size_t batch) = 0;
  /// Returns when the offer may have changed, or after `at_most`.
  virtual void wait(Duration at_most) = 0;
  /// Draws `count` samples (as promised by offer) into `batch`. No lock is held while rows are
  /// copied.
  virtual void draw(std::size_t count, Batch& batch) = 0;
  /// Copies up to `count` samples without drawing them: for the first statistics. Returns how many.
  virtual std::size_t peek(std::size_t count, Batch& batch) = 0;
  /// Told by a trainer that goes on after so many batches of an earlier one, before its first
  /// round. A sample store needs nothing here: a checkpoint has its content and restores it.
  virtual void go_on_after(std::size_t batches, std::size_t batch) { (void)batches, (void)batch; }
  /// Where a keeper is given rows from, for who pins it; empty: this source knows of no keepers.
  virtual std::vector<std::span<float>> memory() { return {}; }
  /// What the buffer holds now; for metrics.
  virtual Occupancy occupancy() const = 0;
};

}  // namespace weir

#pragma once
// How hard each simulation is for the surrogate, from the losses of the samples that a server rank
// trains on.

#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include "src/core/sample_id.h"

namespace weir {

/// Samples of one simulation: the sum of their relative losses, and how many they are (an older one
/// may count less than 1).
struct LossEvidence {
  double sum = 0, samples = 0;
  bool operator==(const LossEvidence&) const = default;
};
using Evidence = std::map<std::uint64_t, LossEvidence>;  ///< by simulation

/// Makes losses comparable: between stages of the training, whose losses fall, and between time
/// steps, of which some are harder than others for every simulation. A sample's loss is divided by
/// what a sample of its step may be expected to have now: the running mean of the batches, times a
/// factor of the step. Steps share a factor with their neighbours where there are many. Not
/// thread-safe.
class RelativeLosses {
 public:
  /// `steps` of a simulation, at least 1.
  explicit RelativeLosses(std::size_t steps);

  /// A batch of this rank, possibly empty; as many losses as ids. Losses that are not finite are
  /// passed over.
  void record(std::span<const SampleId> ids, std::span<const float> losses);
  /// What was recorded since the last call.
  Evidence take();

  /// What a cut keeps. Value type.
  struct State {
    double level = 0;             ///< running mean of the batches; 0: none yet
    std::vector<double> factors;  ///< of groups of neighbouring steps
    std::vector<double> counts;   ///< samples that each factor rests on
    Evidence untold;
    bool operator==(const State&) const = default;
  };
  const State& state() const { return state_; }
  /// Error{input}: the state is of another number of steps.
  void restore(State state);

 private:
  std::size_t group(std::uint64_t step) const;
  void follow_level(std::span<const float> losses);

  std::size_t steps_;
  State state_;
};

/// Rank 0's memory of all ranks' evidence, which fades: what came one redraw earlier counts half.
class LossMemory {
 public:
  /// Once before each redraw.
  void fade();
  void add(std::uint64_t sim, const LossEvidence& evidence);
  /// Without what has faded away.
  const Evidence& evidence() const { return evidence_; }
  void restore(Evidence evidence) { evidence_ = std::move(evidence); }
  /// Mean relative loss, drawn towards 1 where there are few samples.
  static double loss_of(const LossEvidence& evidence);

 private:
  Evidence evidence_;
};

}  // namespace weir

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
/// what a sample of its step may be expected to have now: the running mean of the batches of all
/// ranks, times a factor of the step. The factors are scaled to have, over this rank's samples, the
/// mean that all ranks' losses have, so that a rank whose simulations are all hard does not take
/// that for the steps' doing: all ranks' evidence is of one scale. Steps share a factor with their
/// neighbours where there are many. Not thread-safe.
class RelativeLosses {
 public:
  /// `steps` of a simulation, at least 1.
  explicit RelativeLosses(std::size_t steps);

  /// A batch: the mean loss over the samples of all ranks, and this rank's samples, possibly none;
  /// as many losses as ids. What is not finite is passed over. Error{study}: a loss is negative.
  void record(double mean_loss, std::span<const SampleId> ids, std::span<const float> losses);
  /// What was recorded since the last call.
  Evidence take();

  /// What a cut keeps. Value type.
  struct State {
    double level = 0;             ///< running mean of all ranks' batches; 0: none yet
    double lag = 1;               ///< mean loss of all ranks' batches over the level at the time
    double batches = 0;           ///< that it rests on
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
  void follow_level(double mean_loss);
  double mean_factor() const;
  void follow(double& factor, double& count, double loss) const;

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

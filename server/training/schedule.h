#pragma once
// The learning rate as a function of the samples trained on, over all ranks and counting repeats.

#include <cstddef>
#include <limits>

#include "src/study/study.h"

namespace weir {

/// What a schedule remembers of the validations.
struct ScheduleState {
  double best = std::numeric_limits<double>::infinity();  ///< loss
  std::size_t without_better = 0;                         ///< validations since
  std::size_t reductions = 0;
};

/// The rate that a schedule begins at: the study's, times their number on several ranks (Goyal et
/// al., 2017, "Accurate, large minibatch SGD", section 2.1) or its square root, as the study says.
double initial_rate(const TrainingSettings& training, std::size_t ranks);

/// rate(s) of a schedule that begins at `initial`, with k = `every` and f = `factor`:
///   constant     initial
///   step         initial · f^⌊s / k⌋
///   exponential  initial · f^(s / k)
///   cosine       from initial down to `minimum` along half a cosine over k samples, then `minimum`
///   plateau      initial · f^n, n: how often `patience` validations in a row brought no better
///   loss
/// None but constant falls below `minimum`. Then, over the first `warm_up` samples it is multiplied
/// by their share that has come, the step's own included (Goyal et al., section 2.2). Copyable:
/// plain state. Not thread-safe.
class Schedule {
 public:
  Schedule(const ScheduleSettings& settings, double initial);

  /// Of a step of `own` samples after `samples` others.
  double rate(std::size_t samples, std::size_t own = 0) const;
  /// Told of each validation; only plateau cares.
  void validated(double loss);

  const ScheduleState& state() const { return state_; }
  /// Goes on from what state() gave.
  void restore(const ScheduleState& state) { state_ = state; }

 private:
  double warm_rate(std::size_t samples) const;
  double unbounded(double periods) const;

  ScheduleSettings settings_;
  double initial_;
  ScheduleState state_;
};

}  // namespace weir

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

/// rate(s) of a schedule that begins at `initial`, with k = `every` and f = `factor`:
///   constant     initial
///   step         initial · f^⌊s / k⌋
///   exponential  initial · f^(s / k)
///   cosine       from initial down to `minimum` along half a cosine over k samples, `minimum`
///   after them plateau      initial · f^n, n: how often `patience` validations in a row brought no
///   better loss
/// None but constant falls below `minimum`. Copyable: plain state. Not thread-safe.
class Schedule {
 public:
  Schedule(const ScheduleSettings& settings, double initial);

  double rate(std::size_t samples) const;
  /// Told of each validation; only plateau cares.
  void validated(double loss);

  const ScheduleState& state() const { return state_; }
  /// Goes on from what state() gave.
  void restore(const ScheduleState& state) { state_ = state; }

 private:
  double unbounded(double periods) const;

  ScheduleSettings settings_;
  double initial_;
  ScheduleState state_;
};

}  // namespace weir

#pragma once
// How simulations that have not been submitted yet are drawn anew where the surrogate is weak: the
// interface that plug-ins implement. It needs the standard library alone.
//
// Points lie in the unit cube: coordinate d of a point is (value − lower) / (upper − lower) of the
// study's d-th parameter.

#include <cstddef>
#include <cstdint>
#include <vector>

namespace weir {

/// What is known of a simulation that the surrogate has been trained on lately.
struct SeenSimulation {
  std::uint64_t sim = 0;
  std::vector<double> point;  ///< one coordinate in [0, 1] a parameter
  /// Mean of its samples' losses, each relative to what samples of the same time step had at that
  /// stage of the training: 1 is average, 2 twice as hard. Not negative. Recent samples count more;
  /// where there are few, the mean is drawn towards 1.
  double loss = 1;
  double samples = 0;  ///< that the mean rests on, an older one counting less: > 0, fractional
};

/// What a strategy is asked for, once every `sampling.adaptive.every` batches.
struct RedrawRequest {
  std::size_t dimensions = 0;        ///< parameters of the study
  std::size_t count = 0;             ///< points that are wanted, at least 1
  std::vector<SeenSimulation> seen;  ///< of all server ranks, ascending in sim; at least 2
  /// Another one in each request, which follows from the study's seed: every random number of the
  /// answer is to come from it.
  std::uint64_t seed = 0;
};

/// A strategy's answer should depend on nothing but the request: a server that is started again
/// makes a new strategy and asks it with what a checkpoint remembers. Rank 0's trainer thread
/// alone makes it, calls it and waits for it, so a call should take less than a batch or two.
class SamplingStrategy {
 public:
  virtual ~SamplingStrategy() = default;

  /// `request.count` points of `request.dimensions` coordinates in [0, 1] each. The first is for
  /// the simulation that is submitted next; the share `sampling.adaptive.exploration` is drawn by
  /// the study's design beside them, without asking. Another number of points, a point of another
  /// size and a coordinate outside [0, 1] end the study with a text that names the strategy;
  /// nothing is clamped. An exception ends it as well.
  virtual std::vector<std::vector<double>> draw(const RedrawRequest& request) = 0;
};

}  // namespace weir

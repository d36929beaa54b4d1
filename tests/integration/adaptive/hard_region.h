#pragma once
// A problem whose solution is hard to learn in a small part of the parameters' box, and a study of
// it whose simulations, launcher and server run in one thread.

#include <cmath>
#include <cstddef>
#include <numbers>

#include "src/study/study.h"

namespace weir::test {

constexpr std::size_t hard_steps = 10, hard_values = 16;

/// u(x, t; a, b) = (1/2 + a) sin(πx) e^(−t) + b x t, smooth, and around (a, b) = (0.7, 0.3), within
/// a radius of about 0.1 (3 % of the unit square), oscillations that change fast with a and b.
inline float hard_value(double a, double b, std::size_t step, std::size_t point) {
  constexpr double radius = 0.05;
  const double t = static_cast<double>(step) / hard_steps;
  const double x = static_cast<double>(point) / (hard_values - 1);
  const double da = (a - 0.7) / radius, db = (b - 0.3) / radius;
  const double smooth = (0.5 + a) * std::sin(std::numbers::pi * x) * std::exp(-t) + b * x * t;
  const double bump = std::exp(-(da * da + db * db) / 2);
  return static_cast<float>(smooth +
                            bump * std::cos(2 * std::numbers::pi * x + 2 * da) * (0.5 + t));
}

inline Study hard_study(std::uint64_t seed, Refinement kind, std::size_t simulations) {
  Study study;
  study.name = "hard";
  study.seed = seed;
  study.parameters = {{.name = "a", .lower = 0, .upper = 1, .unit = ""},
                      {.name = "b", .lower = 0, .upper = 1, .unit = ""}};
  study.simulation.count = simulations;
  study.simulation.steps = hard_steps;
  study.simulation.fields = {{.name = "u", .shape = {hard_values}, .unit = ""}};
  study.sampling.design = DesignKind::uniform;
  study.sampling.adaptive = {.kind = kind, .name = "", .every = 50, .exploration = 0.2};
  study.buffer = {.kind = BufferKind::reservoir, .capacity = 1000, .watermark = 100};
  study.training.batch = 20;
  study.training.model.hidden = {64, 64};
  study.training.optimizer.learning_rate = 5e-3;
  study.training.normalisation.samples = 100;
  study.checkpoint.every = 0;
  return study;
}

/// Errors of the trained surrogate over a grid of the parameters' box.
struct SurrogateError {
  double mean = 0, percentile99 = 0;  ///< of the root mean square over a simulation's steps
  std::size_t redrawn = 0;            ///< simulations, by a strategy
  double hard_share = 0;              ///< of all simulations, in the hard region
};

/// Trains on an ensemble of `study.simulation.count` simulations, of which four run at a time.
SurrogateError train_on_hard_problem(const Study& study);

}  // namespace weir::test

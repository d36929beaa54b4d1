#pragma once
// Normal random numbers.

#include <cmath>
#include <numbers>

#include "src/core/random.h"

namespace weir {

/// Mean 0, deviation 1; takes two numbers of the stream (Box and Muller, 1958).
inline double normal(Random& random) {
  const double radius = std::sqrt(-2 * std::log(1 - random.uniform()));
  return radius * std::cos(2 * std::numbers::pi * random.uniform());
}

}  // namespace weir

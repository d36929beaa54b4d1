#include "server/sampling/unit_cube.h"

#include <cmath>

namespace weir {

std::optional<std::vector<double>> UnitCubeDesign::parameters(std::uint64_t sim) const {
  auto values = point(sim);
  if (!values) return {};
  for (std::size_t d = 0; d < values->size(); ++d) {
    // lower + u × (upper - lower) may exceed the upper bound by a rounding; lerp may not.
    (*values)[d] = std::lerp(parameters_[d].lower, parameters_[d].upper, (*values)[d]);
  }
  return values;
}

}  // namespace weir

#include "server/sampling/uniform.h"

#include <algorithm>

#include "src/core/random.h"

namespace weir {

std::optional<std::vector<double>> UniformDesign::point(std::uint64_t sim) const {
  Random random(seed_, "sampling.uniform", sim);
  std::vector<double> point(dimensions());
  std::generate(point.begin(), point.end(), [&] { return random.uniform(); });
  return point;
}

}  // namespace weir

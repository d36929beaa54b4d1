#include "server/sampling/latin_hypercube.h"

#include "server/sampling/permutation.h"

namespace weir {

LatinHypercubeDesign::LatinHypercubeDesign(std::vector<Parameter> parameters, std::uint64_t seed,
                                           std::size_t count)
    : UnitCubeDesign(std::move(parameters)), seed_(seed), count_(count) {
  for (std::size_t d = 0; d < dimensions(); ++d) {
    Random random(seed, "sampling.latin_hypercube", d);
    strata_.push_back(random_permutation<std::uint32_t>(count, random));
  }
}

std::optional<std::vector<double>> LatinHypercubeDesign::point(std::uint64_t sim) const {
  Random random(seed_, "sampling.latin_hypercube.offset", sim);
  std::vector<double> point(dimensions());
  for (std::size_t d = 0; d < point.size(); ++d) {
    const double offset = random.uniform();
    point[d] = sim < count_ ? (strata_[d][sim] + offset) / static_cast<double>(count_) : offset;
  }
  return point;
}

}  // namespace weir

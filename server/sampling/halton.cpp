#include "server/sampling/halton.h"

#include <algorithm>

#include "server/sampling/permutation.h"

namespace weir {
namespace {

std::vector<std::uint64_t> primes(std::size_t count) {
  std::vector<std::uint64_t> found;
  for (std::uint64_t candidate = 2; found.size() < count; ++candidate) {
    const auto divides = [candidate](std::uint64_t prime) { return candidate % prime == 0; };
    if (std::none_of(found.begin(), found.end(), divides)) found.push_back(candidate);
  }
  return found;
}

// As many as keep the coordinate an exact fraction of two integers below 2^53: two simulations
// never round to one point.
std::size_t digits_of(std::uint64_t base) {
  std::size_t digits = 0;
  for (std::uint64_t power = base; power <= std::uint64_t{1} << 53; power *= base) ++digits;
  return digits;
}

}  // namespace

HaltonDesign::HaltonDesign(std::vector<Parameter> parameters, std::uint64_t seed)
    : UnitCubeDesign(std::move(parameters)) {
  for (const std::uint64_t base : primes(dimensions())) {
    Random random(seed, "sampling.halton", base);
    Axis& axis = axes_.emplace_back();
    axis.base = base;
    for (std::size_t k = 0; k < digits_of(base); ++k) {
      axis.digits.push_back(random_permutation<std::uint16_t>(base, random));
    }
  }
}

std::optional<std::vector<double>> HaltonDesign::point(std::uint64_t sim) const {
  std::vector<double> point;
  for (const Axis& axis : axes_) point.push_back(coordinate(axis, sim));
  return point;
}

double HaltonDesign::coordinate(const Axis& axis, std::uint64_t sim) {
  std::uint64_t numerator = 0, denominator = 1;
  for (const auto& permutation : axis.digits) {
    numerator = numerator * axis.base + permutation[sim % axis.base];
    denominator *= axis.base;
    sim /= axis.base;
  }
  return static_cast<double>(numerator) / static_cast<double>(denominator);
}

}  // namespace weir

#include "server/sampling/sobol.h"

#include <string>

#include "server/sampling/sobol_numbers.h"
#include "src/core/error.h"
#include "src/core/random.h"

namespace weir {

SobolDesign::SobolDesign(std::vector<Parameter> parameters, std::uint64_t seed)
    : UnitCubeDesign(std::move(parameters)) {
  if (dimensions() > sobol_dimensions) {
    throw Error(ErrorKind::input,
                "/sampling/design: is \"sobol\", which is limited to " +
                    std::to_string(sobol_dimensions) + " parameters, and the study has " +
                    std::to_string(dimensions()) + "; use \"halton\" or \"latin_hypercube\"");
  }
  for (std::size_t d = 0; d < dimensions(); ++d) {
    Random random(seed, "sampling.sobol", d);
    const Directions directions = scrambled(plain_directions(d), random);
    axes_.push_back({directions, static_cast<std::uint32_t>(random() >> 32)});
  }
}

// Bit 31 of a direction is the first binary digit of the coordinate.
SobolDesign::Directions SobolDesign::plain_directions(std::size_t dimension) {
  Directions v{};
  if (dimension == 0) {
    for (unsigned k = 0; k < bits; ++k) v[k] = std::uint32_t{1} << (bits - 1 - k);
    return v;
  }
  const auto& [degree, coefficients, initial] = sobol_numbers[dimension - 1];
  for (unsigned k = 0; k < bits; ++k) {
    if (k < degree) {
      v[k] = initial[k] << (bits - 1 - k);
      continue;
    }
    v[k] = v[k - degree] ^ (v[k - degree] >> degree);
    for (unsigned i = 1; i < degree; ++i) {
      if ((coefficients >> (degree - 1 - i) & 1u) != 0) v[k] ^= v[k - i];
    }
  }
  return v;
}

SobolDesign::Directions SobolDesign::scrambled(const Directions& plain, Random& random) {
  Directions
      columns{};  // of the matrix; column c answers to digit c and changes no digit before it
  for (unsigned c = 0; c < bits; ++c) {
    const std::uint32_t digit = std::uint32_t{1} << (bits - 1 - c);
    columns[c] = digit | (static_cast<std::uint32_t>(random() >> 32) & (digit - 1));
  }
  Directions result{};
  for (unsigned k = 0; k < bits; ++k) {
    for (unsigned c = 0; c < bits; ++c) {
      if ((plain[k] >> (bits - 1 - c) & 1u) != 0) result[k] ^= columns[c];
    }
  }
  return result;
}

std::optional<std::vector<double>> SobolDesign::point(std::uint64_t sim) const {
  if (sim >> bits != 0) return {};
  std::vector<double> point;
  for (const Axis& axis : axes_) {
    std::uint32_t digits = axis.shift;
    for (unsigned k = 0; k < bits; ++k) {
      if ((sim >> k & 1u) != 0) digits ^= axis.directions[k];
    }
    point.push_back((digits + 0.5) *
                    0x1.0p-32);  // the middle of the finest interval: never on a bound
  }
  return point;
}

}  // namespace weir

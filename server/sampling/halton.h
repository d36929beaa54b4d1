#pragma once
// Randomised Halton sequence: the digits of the simulation's number, in a prime base for each
// parameter, each permuted at random and mirrored at the point.
//
// The permutations, one for each digit's position (A. B. Owen, "A randomized Halton algorithm in
// R", 2017), break the correlation between large neighbouring bases that the plain sequence, or a
// shifted one, shows.

#include "server/sampling/unit_cube.h"

namespace weir {

class HaltonDesign final : public UnitCubeDesign {
 public:
  HaltonDesign(std::vector<Parameter> parameters, std::uint64_t seed);

 private:
  struct Axis {
    std::uint64_t base = 2;
    std::vector<std::vector<std::uint16_t>>
        digits;  // the permutation of each position, first digit first
  };
  std::optional<std::vector<double>> point(std::uint64_t sim) const override;
  static double coordinate(const Axis& axis, std::uint64_t sim);

  std::vector<Axis> axes_;
};

}  // namespace weir

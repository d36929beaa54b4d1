#pragma once
// Latin hypercube (McKay, Beckman, Conover 1979): each parameter's interval is cut into as many
// strata as there are simulations, and each stratum holds one of them.

#include "server/sampling/unit_cube.h"

namespace weir {

/// Holds 4 bytes a simulation and parameter. From `count` on, simulations are uniform draws.
class LatinHypercubeDesign final : public UnitCubeDesign {
 public:
  LatinHypercubeDesign(std::vector<Parameter> parameters, std::uint64_t seed, std::size_t count);

 private:
  std::optional<std::vector<double>> point(std::uint64_t sim) const override;

  std::uint64_t seed_;
  std::size_t count_;
  std::vector<std::vector<std::uint32_t>>
      strata_;  // a permutation of 0 … count-1 for each parameter
};

}  // namespace weir

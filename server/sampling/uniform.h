#pragma once
// Independent uniform draws.

#include "server/sampling/unit_cube.h"

namespace weir {

class UniformDesign final : public UnitCubeDesign {
 public:
  UniformDesign(std::vector<Parameter> parameters, std::uint64_t seed)
      : UnitCubeDesign(std::move(parameters)), seed_(seed) {}

 private:
  std::optional<std::vector<double>> point(std::uint64_t sim) const override;
  std::uint64_t seed_;
};

}  // namespace weir

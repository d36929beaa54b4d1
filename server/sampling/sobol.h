#pragma once
// Scrambled Sobol sequence with the direction numbers of Joe and Kuo (2008), up to 64 parameters
// and 2^32 simulations.
//
// Scrambling: a random lower-triangular matrix over GF(2) for each parameter, then a random digital
// shift (J. Matoušek, "On the L2-discrepancy for anchored boxes", 1998). It keeps every
// stratification of the sequence.

#include <array>

#include "server/sampling/unit_cube.h"

namespace weir {

class Random;

class SobolDesign final : public UnitCubeDesign {
 public:
  /// Error{input} for more parameters than there are direction numbers.
  SobolDesign(std::vector<Parameter> parameters, std::uint64_t seed);

 private:
  static constexpr unsigned bits = 32;
  using Directions = std::array<std::uint32_t, bits>;
  struct Axis {
    Directions directions;  // scrambled; the first is for the lowest bit of the simulation's number
    std::uint32_t shift;
  };
  std::optional<std::vector<double>> point(std::uint64_t sim) const override;
  static Directions plain_directions(std::size_t dimension);
  static Directions scrambled(const Directions& plain, Random& random);

  std::vector<Axis> axes_;
};

}  // namespace weir

#pragma once
// Count, mean and sum of squared deviations of a stream of values, without cancellation.

#include <cstddef>
#include <span>

#include "server/collective/collective.h"

namespace weir {

/// Merging as in Chan, Golub, LeVeque: "Updating formulae and a pairwise algorithm for computing
/// sample variances" (1979).
struct Moments {
  double count = 0;
  double mean = 0;
  double squares = 0;  ///< Σ (x − mean)²

  void add(std::span<const float> values);
  void merge(const Moments& other);
  double deviation() const;  ///< of the population; 0 when empty
};

/// The moments of all ranks together, bit-identical on all of them. Collective.
Moments merge_over_ranks(Collective& collective, const Moments& mine);

}  // namespace weir

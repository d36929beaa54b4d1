#pragma once
// Random permutations that are the same on every machine, which std::shuffle does not promise.

#include <cstddef>
#include <numeric>
#include <utility>
#include <vector>

#include "src/core/random.h"

namespace weir {

/// A uniform permutation of 0 … size-1 (Fisher-Yates).
template <class Integer>
std::vector<Integer> random_permutation(std::size_t size, Random& random) {
  std::vector<Integer> permutation(size);
  std::iota(permutation.begin(), permutation.end(), Integer{0});
  for (std::size_t last = size; last > 1; --last) {
    std::swap(permutation[last - 1], permutation[random.below(last)]);
  }
  return permutation;
}

}  // namespace weir

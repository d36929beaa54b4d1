#pragma once
// A fingerprint of values, to compare the weights of ranks bit by bit.

#include <bit>
#include <cstdint>
#include <span>

#include "src/core/fnv1a.h"

namespace weir {

/// FNV-1a over whole 32-bit words. `seed`: the digest of what came before.
inline std::uint64_t digest(std::span<const float> values, std::uint64_t seed = fnv1a_start) {
  for (const float value : values) {
    seed = (seed ^ std::bit_cast<std::uint32_t>(value)) * fnv1a_prime;
  }
  return seed;
}

}  // namespace weir

#pragma once
// A fingerprint of values, to compare the weights of ranks bit by bit.

#include <bit>
#include <cstdint>
#include <span>

namespace weir {

/// FNV-1a over whole 32-bit words. `seed`: the digest of what came before.
inline std::uint64_t digest(std::span<const float> values,
                            std::uint64_t seed = 0xcbf29ce484222325ULL) {
  for (const float value : values) {
    seed = (seed ^ std::bit_cast<std::uint32_t>(value)) * 0x100000001b3ULL;
  }
  return seed;
}

}  // namespace weir

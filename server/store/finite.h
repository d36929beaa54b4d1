#pragma once
// Whether all values of a row are finite, at the speed of memory.

#include <bit>
#include <cstdint>
#include <span>

namespace weir {

/// Exponents of ones are NaN and infinity. Compared as integers and without a branch, so that it
/// vectorises.
inline bool all_finite(std::span<const float> values) {
  constexpr std::uint32_t exponent = 0x7f800000;
  std::uint32_t found = 0;
  for (const float value : values)
    found |= (std::bit_cast<std::uint32_t>(value) & exponent) == exponent;
  return found == 0;
}

}  // namespace weir

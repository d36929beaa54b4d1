#pragma once
// A number for a text, the same in every build: FNV-1a, 64 bits (draft-eastlake-fnv, section 2).
// For names and comparisons among friends, not against whoever would want two texts alike.

#include <cstdint>
#include <string_view>

namespace weir {

inline constexpr std::uint64_t fnv1a_start = 0xcbf29ce484222325, fnv1a_prime = 0x100000001b3;

constexpr std::uint64_t fnv1a(std::string_view text, std::uint64_t start = fnv1a_start) {
  for (const char c : text) start = (start ^ static_cast<unsigned char>(c)) * fnv1a_prime;
  return start;
}

}  // namespace weir

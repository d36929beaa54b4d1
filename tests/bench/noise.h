#pragma once
// Values of fields that mean nothing.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "src/core/random.h"

namespace weir::bench {

/// `count` values between 220 and 380.
inline std::vector<float> noise(std::size_t count, std::uint64_t seed = 1) {
  Random random(seed);
  std::vector<float> values(count);
  for (float& value : values) value = static_cast<float>(220 + 160 * random.uniform());
  return values;
}

}  // namespace weir::bench

#pragma once
// Steps as a bitmap, as the messages carry them: bit k of byte k/8 is step k; what lies beyond the
// end is 0.

#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "src/core/sample_id.h"

namespace weir::wire {

using Bitmap = std::vector<std::uint8_t>;

inline bool has_bit(const Bitmap& bitmap, std::uint64_t bit) {
  return bit / 8 < bitmap.size() && (bitmap[bit / 8] >> (bit % 8) & 1) != 0;
}

inline void set_bit(Bitmap& bitmap, std::uint64_t bit) {
  if (bit / 8 >= bitmap.size()) bitmap.resize(bit / 8 + 1);
  bitmap[bit / 8] = static_cast<std::uint8_t>(bitmap[bit / 8] | 1U << (bit % 8));
}

inline std::uint64_t count_bits(const Bitmap& bitmap) {
  std::uint64_t count = 0;
  for (const std::uint8_t byte : bitmap) count += static_cast<std::uint64_t>(std::popcount(byte));
  return count;
}

/// The lowest bit of `of` that `in` has not.
inline std::optional<std::uint64_t> first_missing(const Bitmap& of, const Bitmap& in) {
  for (std::size_t i = 0; i < of.size(); ++i) {
    const unsigned missing = of[i] & ~(i < in.size() ? unsigned{in[i]} : 0U);
    if (missing != 0) return 8 * i + static_cast<std::uint64_t>(std::countr_zero(missing));
  }
  return std::nullopt;
}

/// All steps of `sim` that belong to `rank` and are below the answer are in the bitmap; `steps`
/// when all are.
inline std::uint64_t prefix_of_rank(const Bitmap& bitmap, std::uint64_t sim, std::uint64_t steps,
                                    std::size_t rank, std::size_t ranks,
                                    Routing routing = Routing::by_step) {
  if (routing == Routing::by_simulation) {
    if (sim % ranks != rank) return steps;
    rank = sim = 0, ranks = 1;  // consecutive steps
  }
  std::uint64_t step = (rank + ranks - sim % ranks) % ranks;
  while (step < steps && has_bit(bitmap, step)) step += ranks;
  return step < steps ? step : steps;
}

}  // namespace weir::wire

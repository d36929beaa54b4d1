#pragma once
// Sums of squares in FP64, whose order, and so whose bits, depends on no number of threads.

#include <array>
#include <cstddef>
#include <span>

namespace weir {

/// Σ term(k)² for k from 0 to count − 1. Partial sums let the additions overlap.
template <typename Term>
double sum_of_squares(std::size_t count, Term term) {
  std::array<double, 8> sums{};
  std::size_t k = 0;
  for (; k + sums.size() <= count; k += sums.size()) {
    for (std::size_t lane = 0; lane < sums.size(); ++lane) {
      const double value = term(k + lane);
      sums[lane] += value * value;
    }
  }
  double sum = 0;
  for (; k < count; ++k) sum += term(k) * term(k);
  for (const double lane : sums) sum += lane;
  return sum;
}

inline double sum_of_squares(std::span<const float> values) {
  return sum_of_squares(values.size(), [=](std::size_t k) { return double{values[k]}; });
}

/// ‖a − b‖², of `count` values each.
inline double squared_distance(const float* a, const float* b, std::size_t count) {
  return sum_of_squares(count, [=](std::size_t k) { return double{a[k]} - b[k]; });
}

}  // namespace weir

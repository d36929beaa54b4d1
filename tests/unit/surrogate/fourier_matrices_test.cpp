#include "src/surrogate/fourier_matrices.h"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

namespace weir {
namespace {

constexpr double two_pi = 6.283185307179586;

/// row × matrix.
std::vector<double> times(const std::vector<double>& row, const std::vector<float>& matrix) {
  const std::size_t columns = matrix.size() / row.size();
  std::vector<double> result(columns);
  for (std::size_t i = 0; i < row.size(); ++i)
    for (std::size_t j = 0; j < columns; ++j) result[j] += row[i] * matrix[i * columns + j];
  return result;
}

void expect_near(const std::vector<double>& got, const std::vector<double>& expected) {
  ASSERT_EQ(got.size(), expected.size());
  for (std::size_t k = 0; k < got.size(); ++k) EXPECT_NEAR(got[k], expected[k], 1e-5) << k;
}

TEST(FourierMatrices, OfARealAxisFindLowModesAndGiveThemBack) {
  for (const std::size_t points : {6, 11}) {
    std::vector<double> values, modes = {3.0 * static_cast<double>(points), 0};
    for (std::size_t x = 0; x < points; ++x) {
      const double angle = two_pi * static_cast<double>(x) / static_cast<double>(points);
      values.push_back(3 + std::cos(angle) + 0.5 * std::sin(2 * angle));
    }
    const auto half = static_cast<double>(points) / 2;
    modes.insert(modes.end(), {half, 0, 0, -0.5 * half});
    expect_near(times(values, real_to_modes(points, 3)), modes);
    expect_near(times(modes, modes_to_real(points, 3)), values);
  }
}

TEST(FourierMatrices, OfAComplexAxisFindPositiveAndNegativeModesAndGiveThemBack) {
  for (const std::size_t points : {6, 11}) {
    std::vector<double> values;  // 2 + exp(i angle) + 3 exp(-2 i angle)
    for (std::size_t x = 0; x < points; ++x) {
      const double angle = two_pi * static_cast<double>(x) / static_cast<double>(points);
      values.push_back(2 + std::cos(angle) + 3 * std::cos(2 * angle));
      values.push_back(std::sin(angle) - 3 * std::sin(2 * angle));
    }
    const auto n = static_cast<double>(points);
    const std::vector<double> modes = {2 * n, 0, n, 0, 0, 0, /*-3:*/ 0, 0, /*-2:*/ 3 * n, 0, 0, 0};
    expect_near(times(values, complex_to_modes(points, 3)), modes);
    expect_near(times(modes, modes_to_complex(points, 3)), values);
  }
}

TEST(FourierMatrices, LeaveHigherModesOut) {
  std::vector<double> values;
  for (int x = 0; x < 12; ++x) values.push_back(std::cos(two_pi * 4 * x / 12));
  expect_near(times(values, real_to_modes(12, 4)), std::vector<double>(8));
}

}  // namespace
}  // namespace weir

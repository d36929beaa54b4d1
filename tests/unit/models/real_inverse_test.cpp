#include "server/models/real_inverse.h"

#include <gtest/gtest.h>

namespace weir {
namespace {

/// A weighted sum of the values, and its gradient by the spectrum.
struct Passed {
  torch::Tensor values, gradient;
};

template <class Inverse>
Passed pass(const torch::Tensor& spectrum, const Inverse& inverse) {
  const auto own = spectrum.clone().requires_grad_(true);
  const auto values = inverse(own);
  torch::manual_seed(2);
  (values * torch::randn_like(values)).sum().backward();
  return {values, own.grad()};
}

/// What the CPU makes of any spectrum, also one that no real values have.
TEST(RealInverse, IsThatOfTheCpu) {
  torch::manual_seed(1);
  for (const std::vector<std::int64_t>& grid :
       {std::vector<std::int64_t>{8}, {7}, {6, 8}, {5, 7}, {4, 3, 6}}) {
    std::vector<std::int64_t> sizes = {2, 3}, over;
    for (std::size_t axis = 0; axis < grid.size(); ++axis) {
      sizes.push_back(grid[axis]);
      over.push_back(static_cast<std::int64_t>(2 + axis));
    }
    sizes.back() = grid.back() / 2 + 1;
    const auto spectrum = torch::randn(sizes, torch::kComplexFloat);
    const auto expected =
        pass(spectrum, [&](const auto& own) { return at::fft_irfftn(own, grid, over); });
    const auto found =
        pass(spectrum, [&](const auto& own) { return real_inverse(own, grid, over); });
    EXPECT_TRUE(torch::allclose(found.values, expected.values, 1e-5, 1e-6)) << grid;
    EXPECT_TRUE(torch::allclose(found.gradient, expected.gradient, 1e-5, 1e-6)) << grid;
  }
}

TEST(RealInverse, LeavesNoImaginaryPartWhereRealValuesHaveNone) {
  const auto spectrum = torch::randn({2, 5}, torch::kComplexFloat);
  for (const std::int64_t points : {8, 9}) {
    const auto difference = at::imag(spectrum - with_real_ends(spectrum, points, /*axis=*/1));
    EXPECT_TRUE(difference.select(1, 0).equal(at::imag(spectrum).select(1, 0)));
    const auto last = at::imag(spectrum).select(1, 4);
    EXPECT_TRUE(difference.select(1, 4).equal(points == 8 ? last : torch::zeros_like(last)));
    EXPECT_EQ(difference.narrow(1, 1, 3).abs().sum().item<float>(), 0);
  }
}

}  // namespace
}  // namespace weir

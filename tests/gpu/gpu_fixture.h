#pragma once
// Tests that compare what a GPU computes with what the CPU does.

#include <cstdlib>

#include <gtest/gtest.h>
#include <torch/torch.h>

namespace weir::test {

/// Without a GPU its tests are skipped, or fail where WEIR_GPU is set (tests/run --gpu).
class OnGpu : public testing::Test {
 protected:
  void SetUp() override {
    if (torch::cuda::is_available()) return;
    ASSERT_EQ(std::getenv("WEIR_GPU"), nullptr) << "there is no GPU";
    GTEST_SKIP() << "there is no GPU";
  }

  const torch::Device gpu_{torch::kCUDA, 0};
};

/// ‖a − b‖ / ‖b‖, wherever they are.
inline double distance(const torch::Tensor& a, const torch::Tensor& b) {
  const auto there = a.detach().cpu(), here = b.detach().cpu();
  return ((there - here).norm() / here.norm()).item<double>();
}

}  // namespace weir::test

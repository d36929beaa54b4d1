#pragma once
// Tests that compare what a GPU computes with what the CPU does.

#include <cstdlib>

#include <ATen/Context.h>
#include <gtest/gtest.h>
#include <torch/torch.h>

namespace weir::test {

/// Without a GPU its tests are skipped, or fail where WEIR_GPU is set (tests/run --gpu).
class OnGpu : public testing::Test {
 protected:
  void SetUp() override {
    if (!torch::cuda::is_available()) {
      // Other words than those by which ctest knows that a program was skipped.
      ASSERT_EQ(std::getenv("WEIR_GPU"), nullptr) << "LibTorch finds none";
      GTEST_SKIP() << "there is no GPU";
    }
    at::globalContext().setAllowTF32CuBLAS(false);  // as set_up_device() has it
    at::globalContext().setAllowTF32CuDNN(false);
  }

  const torch::Device gpu_{torch::kCUDA, 0};
};

/// ‖a − b‖ / ‖b‖, wherever they are.
inline double distance(const torch::Tensor& a, const torch::Tensor& b) {
  const auto there = a.detach().cpu(), here = b.detach().cpu();
  return ((there - here).norm() / here.norm()).item<double>();
}

}  // namespace weir::test

// The sum of gradients beside backward, in a stream of its own.

#include "server/training/gradient_sum.h"

#include <c10/cuda/CUDAGuard.h>

#include "tests/gpu/gpu_fixture.h"
#include "tests/unit/collective/twin_collective.h"
#include "tests/unit/models/models.h"

namespace weir {
namespace {

/// In place of NCCL's between two GPUs: doubles, in the stream that it is given.
class TwinSum final : public DeviceSum {
 public:
  explicit TwinSum(std::size_t& sums) : sums_(sums) {}
  void sum(float* values, std::size_t count, void* stream) override {
    ++sums_;
    const c10::cuda::CUDAStreamGuard guard(
        c10::cuda::getStreamFromExternal(static_cast<cudaStream_t>(stream), /*device=*/0));
    torch::from_blob(values, {static_cast<std::int64_t>(count)}, torch::kCUDA).mul_(2);
  }
  void abandon() override {}

 private:
  std::size_t& sums_;
};

class GpuGradientSum : public test::OnGpu {
 protected:
  static constexpr int steps = 50;

  /// Of the last of some steps, each with other inputs.
  torch::Tensor gradients(bool early, std::size_t& sums) {
    const auto model = test::mlp({1024, 1024}, Activation::tanh, /*inputs=*/3, /*outputs=*/40'000,
                                 /*seed=*/1);
    model->to(gpu_);
    FlatGradients gradients(model);
    test::TwinCollective collective;
    GradientSum sum(gradients, collective, std::make_unique<TwinSum>(sums), early,
                    /*bucket=*/500'000);
    torch::manual_seed(1);
    for (int step = 0; step < steps; ++step) {
      gradients.begin();
      sum.begin();
      model->forward(torch::randn({10, 3}).to(gpu_), {}).square().mean().backward();
      gradients.collect();
      sum.finish();
    }
    return gradients.values().cpu();
  }
};

TEST_F(GpuGradientSum, ComesToTheBitsOfOneAfterBackward) {
  std::size_t late_sums = 0, early_sums = 0;
  const auto late = gradients(/*early=*/false, late_sums);
  EXPECT_TRUE(torch::equal(gradients(/*early=*/true, early_sums), late));
  EXPECT_EQ(late_sums, steps * 1u);
  EXPECT_EQ(early_sums, steps * 4u) << "three layers and the loss";
}

}  // namespace
}  // namespace weir

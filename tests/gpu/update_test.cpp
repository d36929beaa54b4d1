// The optimiser's kernels against its loops.

#include "server/tensors/batch_rows.h"
#include "server/tensors/device.h"
#include "server/training/optimizer.h"
#include "server/training/update_on_gpu.h"
#include "src/core/squares.h"
#include "src/study/names.h"
#include "tests/gpu/gpu_fixture.h"

namespace weir {
namespace {

class GpuOptimizer : public test::OnGpu {
 protected:
  /// Weights after some steps on `device`, of which the last block of a launch is not full.
  static torch::Tensor weights(OptimizerKind kind, double momentum, const torch::Device& device) {
    OptimizerSettings settings;
    settings.kind = kind;
    settings.weight_decay = 0.1;
    settings.momentum = momentum;
    torch::manual_seed(1);
    const auto small = torch::randn({7}), large = torch::randn({3'000'001});
    const auto gradients = torch::randn({3'000'008});
    const std::vector<torch::Tensor> all = {small.to(device), large.to(device)};
    Optimizer optimizer(settings, all);
    for (int step = 0; step < 5; ++step)
      optimizer.step(gradients.to(device) * (step - 2), /*learning_rate=*/0.01, /*factor=*/0.5);
    return torch::cat(all);
  }
};

TEST_F(GpuOptimizer, ComesToTheWeightsOfTheCpu) {
  for (const auto kind : {OptimizerKind::adam, OptimizerKind::adamw, OptimizerKind::sgd}) {
    for (const double momentum : {0.0, 0.9})
      EXPECT_LT(test::distance(weights(kind, momentum, gpu_), weights(kind, momentum, torch::kCPU)),
                1e-6)
          << name_of(kind);
  }
}

TEST_F(GpuOptimizer, SumsSquaresAsTheCpu) {
  torch::manual_seed(2);
  for (const std::int64_t count : {1, 255, 3'000'001}) {
    const auto values = torch::randn({count}) * 1e20;  // their squares are no floats
    const auto there = values.to(gpu_);
    const auto sums = torch::empty({static_cast<std::int64_t>(parts_of_squares)},
                                   there.options().dtype(torch::kFloat64));
    squares_on_gpu(there.data_ptr<float>(), static_cast<std::size_t>(count),
                   sums.data_ptr<double>(), current_stream(gpu_));
    const double expected = sum_of_squares(values_of(values));
    EXPECT_NEAR(sums.sum().item<double>(), expected, 1e-12 * expected) << count;
  }
}

}  // namespace
}  // namespace weir

// The optimiser's kernels against its loops.

#include "server/training/optimizer.h"
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

}  // namespace
}  // namespace weir

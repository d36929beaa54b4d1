// The optimisers by one step on one number, and the flat gradients that they read.

#include "server/training/optimizer.h"

#include <cmath>

#include <gtest/gtest.h>

#include "server/training/flat_gradients.h"

namespace weir {
namespace {

/// The number 2 after two steps with rate 0.1, the first with gradient 1.
double after_two_steps(OptimizerSettings settings, double second_gradient = 1) {
  auto weight = torch::full({1}, 2.0F).requires_grad_(true);
  FlatGradients gradients({weight});
  settings.learning_rate = 123;
  const auto optimizer = make_optimizer(settings, {weight});
  set_learning_rate(*optimizer, 0.1);
  for (const double gradient : {1.0, second_gradient}) {
    gradients.zero();
    (gradient * weight.sum()).backward();
    optimizer->step();
  }
  return weight.item<float>();
}

OptimizerSettings settings(OptimizerKind kind, double weight_decay = 0, double momentum = 0) {
  OptimizerSettings made;
  made.kind = kind;
  made.weight_decay = weight_decay;
  made.momentum = momentum;
  return made;
}

TEST(Optimizer, SgdGoesAgainstTheGradientWithMomentumAndDecay) {
  EXPECT_NEAR(after_two_steps(settings(OptimizerKind::sgd)), 1.8, 1e-6);
  EXPECT_NEAR(after_two_steps(settings(OptimizerKind::sgd, 0, /*momentum=*/0.5)), 1.75, 1e-6);
  EXPECT_NEAR(after_two_steps(settings(OptimizerKind::sgd, /*weight_decay=*/0.5)), 1.61, 1e-6);
}

TEST(Optimizer, AdamStepsByTheRateWhateverTheGradientsSize) {
  EXPECT_NEAR(after_two_steps(settings(OptimizerKind::adam)), 1.8, 1e-5);
  // Decay only adds to the gradient, whose size Adam divides out; AdamW takes it from the weight
  // itself.
  EXPECT_NEAR(after_two_steps(settings(OptimizerKind::adam, /*weight_decay=*/0.5)), 1.8, 1e-2);
  const double first = 2 * (1 - 0.1 * 0.5) - 0.1;
  EXPECT_NEAR(after_two_steps(settings(OptimizerKind::adamw, /*weight_decay=*/0.5)),
              first * (1 - 0.1 * 0.5) - 0.1, 1e-5);
}

TEST(Optimizer, AdamHeedsItsBetasAndEpsilon) {
  auto damped = settings(OptimizerKind::adam);
  damped.epsilon = 1;
  EXPECT_NEAR(after_two_steps(damped), 1.9, 1e-5);
  auto forgetful = settings(OptimizerKind::adam);
  forgetful.beta1 = forgetful.beta2 = 0;
  EXPECT_NEAR(after_two_steps(forgetful, /*second_gradient=*/-1), 2, 1e-5);
  const double remembered = (0.9 * 0.1 - 0.1) / (1 - 0.81);
  EXPECT_NEAR(after_two_steps(settings(OptimizerKind::adam), /*second_gradient=*/-1),
              1.9 - 0.1 * remembered, 1e-5);
}

TEST(FlatGradients, BackwardAddsIntoTheBufferAndZeroClearsIt) {
  auto a = torch::ones({2, 2}).requires_grad_(true);
  auto b = torch::ones({3}).requires_grad_(true);
  FlatGradients gradients({a, b});
  for (int pass = 0; pass < 2; ++pass) (2 * a.sum() + 5 * b.sum()).backward();
  gradients.set_loss(7);
  const auto values = gradients.values();
  EXPECT_EQ(std::vector<float>(values.begin(), values.end()),
            (std::vector<float>{4, 4, 4, 4, 10, 10, 10, 7}));
  values[0] = 9;
  EXPECT_EQ(a.grad()[0][0].item<float>(), 9);
  gradients.zero();
  EXPECT_EQ(a.grad().abs().sum().item<float>(), 0);
  EXPECT_EQ(gradients.loss(), 0);
}

}  // namespace
}  // namespace weir

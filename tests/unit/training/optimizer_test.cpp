// The optimisers by one step on one number, and the flat gradients that they read.

#include "server/training/optimizer.h"

#include <cmath>
#include <string>

#include <gtest/gtest.h>

#include "server/tensors/batch_rows.h"
#include "server/training/autocast.h"
#include "server/training/flat_gradients.h"
#include "tests/unit/models/models.h"

namespace weir {
namespace {

/// The number 2 after two steps with rate 0.1, the first with gradient 1.
double after_two_steps(OptimizerSettings settings, double second_gradient = 1) {
  auto weight = torch::full({1}, 2.0F).requires_grad_(true);
  FlatGradients gradients({weight});
  settings.learning_rate = 123;
  Optimizer optimizer(settings, {weight});
  for (const double gradient : {1.0, second_gradient}) {
    gradients.begin();
    (gradient * weight.sum()).backward();
    optimizer.step(gradients.gradients(), /*learning_rate=*/0.1);
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

/// LibTorch's optimiser after some steps on 1000 weights, beside weir's.
template <typename Stock, typename Options>
void expect_as_in_libtorch(const OptimizerSettings& ours, Options options) {
  torch::manual_seed(1);
  auto theirs = torch::randn({1000}).requires_grad_(true);
  const auto weights = theirs.detach().clone();
  Stock stock({theirs}, options.lr(0.01).weight_decay(ours.weight_decay));
  Optimizer optimizer(ours, {weights});
  for (int step = 0; step < 20; ++step) {
    const auto gradient = torch::randn({1000});
    theirs.mutable_grad() = gradient.clone();
    stock.step();
    optimizer.step(gradient, 0.01);
  }
  EXPECT_LT((theirs - weights).abs().max().template item<float>(), 2e-6);
}

TEST(Optimizer, DoesAsLibTorchs) {
  using namespace torch::optim;
  auto adam = settings(OptimizerKind::adam, /*weight_decay=*/0.1);
  expect_as_in_libtorch<Adam>(adam, AdamOptions());
  expect_as_in_libtorch<AdamW>(settings(OptimizerKind::adamw, 0.1), AdamWOptions());
  expect_as_in_libtorch<SGD>(settings(OptimizerKind::sgd, 0.1, 0.9), SGDOptions(0).momentum(0.9));
}

TEST(Optimizer, MultipliesTheGradientsByTheFactorBeforeAnythingElse) {
  for (const auto kind : {OptimizerKind::adam, OptimizerKind::adamw, OptimizerKind::sgd}) {
    const auto a = torch::ones({3}), b = torch::ones({3});
    const auto ours = settings(kind, /*weight_decay=*/0.5, /*momentum=*/0.9);
    Optimizer scaled(ours, {a}), plain(ours, {b});
    // Adam divides the size of its first gradient out.
    for (const float size : {1.0F, -3.0F}) {
      const auto gradient = torch::tensor({size, -2 * size, 3.0F});
      scaled.step(8 * gradient, 0.1, /*factor=*/0.125);
      plain.step(gradient, 0.1);
    }
    EXPECT_TRUE(torch::equal(a, b)) << name_of(kind);
  }
}

TEST(Optimizer, ComesToTheSameBitsWithAnyNumberOfThreads) {
  const auto run = [](int threads) {
    torch::set_num_threads(threads);
    torch::manual_seed(1);
    const auto weights = torch::randn({200'001}), gradient = torch::randn({200'001});
    Optimizer optimizer(settings(OptimizerKind::adam, 0.1), {weights});
    for (int step = 0; step < 3; ++step) optimizer.step(gradient, 0.1);
    torch::set_num_threads(1);
    return weights;
  };
  EXPECT_TRUE(torch::equal(run(1), run(4)));
}

TEST(FlatGradients, AddUpInTheBufferAndBeginAnew) {
  auto a = torch::ones({2, 2}).requires_grad_(true);
  auto b = torch::ones({3}).requires_grad_(true);
  FlatGradients gradients({a, b});
  for (int pass = 0; pass < 2; ++pass) {
    (2 * a.sum() + 5 * b.sum()).backward();
    gradients.collect();
  }
  gradients.add_loss(torch::tensor(3.0F));
  gradients.add_loss(torch::tensor(4.0F));
  const auto values = values_of(gradients.values());
  EXPECT_EQ(std::vector<float>(values.begin(), values.end()),
            (std::vector<float>{4, 4, 4, 4, 10, 10, 10, 7}));
  values[0] = 9;
  EXPECT_EQ(a.grad()[0][0].item<float>(), 9);
  gradients.begin();
  gradients.collect();
  EXPECT_EQ(a.grad().abs().sum().item<float>(), 0);
  EXPECT_EQ(gradients.loss(), 0);
}

/// Sums of gradients of each pass, by what LibTorch itself gives for a copy of the model.
class PlacedGradients : public testing::TestWithParam<ModelKind> {};

TEST_P(PlacedGradients, AreThoseOfLibTorchOverAllPassesOfEachStep) {
  const std::vector<Field> fields = {{.name = "u", .shape = {8, 8}, .unit = ""}};
  const auto make = [&] { return test::model_of(test::small(GetParam()), 3, fields, /*seed=*/1); };
  const auto model = make(), reference = make();
  FlatGradients gradients(model);
  for (int step = 0; step < 2; ++step) {
    gradients.begin();
    reference->zero_grad();
    for (int pass = 0; pass < 2; ++pass) {
      const auto inputs = torch::randn({5, 3});
      model->forward(inputs, {}).square().sum().backward();
      gradients.collect();
      reference->forward(inputs, {}).square().sum().backward();
    }
    const auto parameters = model->parameters(), expected = reference->parameters();
    for (std::size_t k = 0; k < parameters.size(); ++k) {
      EXPECT_LT((parameters[k].grad() - expected[k].grad()).abs().max().item<float>(),
                1e-5 * expected[k].grad().abs().max().item<float>() + 1e-6)
          << k;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Kinds, PlacedGradients,
                         testing::Values(ModelKind::mlp, ModelKind::decoder, ModelKind::unet,
                                         ModelKind::fno, ModelKind::deeponet),
                         [](const auto& kind) { return std::string(name_of(kind.param)); });

/// Autograd knows where values were cast.
TEST(PlacedGradients, OfAForwardPassInBf16AreNearThoseInFp32) {
  const auto model = test::mlp({16}, Activation::tanh, 3, 6, /*seed=*/1);
  FlatGradients gradients(model);
  const auto inputs = torch::ones({5, 3});
  std::vector<torch::Tensor> found;
  for (const auto precision : {Precision::fp32, Precision::bf16}) {
    gradients.begin();
    torch::Tensor outputs;
    {
      const AutocastScope scope(precision, torch::kCPU);
      outputs = model->forward(inputs, {}).to(torch::kFloat32);
    }
    outputs.square().sum().backward();
    gradients.collect();
    found.push_back(gradients.gradients().clone());
  }
  const auto distance = (found[0] - found[1]).norm() / found[0].norm();
  EXPECT_GT(distance.item<double>(), 0) << "bf16 rounds";
  EXPECT_LT(distance.item<double>(), 0.02);
}

TEST(PlacedGradients, OfALinearLayerNeedNoOtherMemory) {
  const auto model = test::mlp({4}, Activation::relu, 3, 6, /*seed=*/1);
  FlatGradients gradients(model);
  gradients.begin();
  model->forward(torch::randn({5, 3}), {}).sum().backward();
  const float* next = gradients.values().data_ptr<float>();
  for (const auto& parameter : model->parameters()) {
    EXPECT_EQ(parameter.grad().data_ptr<float>(), next);
    next += parameter.numel();
  }
}

}  // namespace
}  // namespace weir

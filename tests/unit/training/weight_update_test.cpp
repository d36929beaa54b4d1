// From gradients to weights: clipping, scaled losses, averages.

#include "server/training/weight_update.h"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "server/tensors/batch_rows.h"
#include "tests/unit/collective/thread_collective.h"

namespace weir {
namespace {

TrainingSettings sgd() {
  TrainingSettings training;
  training.optimizer.kind = OptimizerKind::sgd;
  return training;
}

/// Two weights, 1 each, and their gradients.
struct Weights {
  explicit Weights(const TrainingSettings& settings)
      : training(settings), gradients({weight}), update(training, {weight}) {}

  bool step(float first, float second, double rate = 1) {
    values_of(gradients.gradients())[0] = first;
    values_of(gradients.gradients())[1] = second;
    return update.run(gradients, rate);
  }
  std::vector<float> values() const { return {weight[0].item<float>(), weight[1].item<float>()}; }

  const TrainingSettings training;
  torch::Tensor weight = torch::ones({2}).requires_grad_(true);
  FlatGradients gradients;
  WeightUpdate update;
};

TEST(ClippedGradients, HaveNoNormAboveTheLargest) {
  TrainingSettings training = sgd();
  training.clip = 1;
  Weights weights(training);
  weights.step(3, -4);
  EXPECT_FLOAT_EQ(weights.values()[0], 1 - 0.6F);
  EXPECT_FLOAT_EQ(weights.values()[1], 1 + 0.8F);
  weights.step(0.3F, 0);
  EXPECT_FLOAT_EQ(weights.values()[0], 0.4F - 0.3F) << "a small gradient stays as it is";
}

TEST(ClippedGradients, KeepANormThatIsSmallOrNoNumber) {
  EXPECT_DOUBLE_EQ(clipping(/*squares=*/16, /*most=*/1), 0.25);
  EXPECT_DOUBLE_EQ(clipping(0.5, 1), 1);
  EXPECT_DOUBLE_EQ(clipping(std::numeric_limits<double>::infinity(), 1), 1);
}

TEST(ClippedGradients, AreThoseWithoutTheScaleOfTheLoss) {
  TrainingSettings training = sgd();
  training.clip = 1;
  training.precision = Precision::fp16;
  Weights weights(training);
  weights.step(65536 * 3.0F, 65536 * -4.0F);
  EXPECT_FLOAT_EQ(weights.values()[0], 1 - 0.6F);
}

class ScaledLoss : public testing::Test {
 protected:
  ScaledLoss() {
    training_.precision = Precision::fp16;
    training_.average = 0.5;
  }
  TrainingSettings training_ = sgd();
};

TEST_F(ScaledLoss, IsDividedOutOfTheGradients) {
  Weights weights(training_);
  EXPECT_EQ(weights.update.loss_scale(), 65536);
  EXPECT_TRUE(weights.step(65536 * 0.25F, 65536 * -2.0F));
  EXPECT_EQ(weights.values(), (std::vector<float>{0.75F, 3}));
}

TEST_F(ScaledLoss, LeavesAStepOutWhoseGradientsOverflowAndGoesOnWithHalfTheScale) {
  Weights weights(training_);
  EXPECT_FALSE(weights.step(std::numeric_limits<float>::infinity(), 1));
  EXPECT_FALSE(weights.step(std::numeric_limits<float>::quiet_NaN(), 1));
  EXPECT_EQ(weights.values(), (std::vector<float>{1, 1}));
  EXPECT_EQ(weights.update.loss_scale(), 16384);
  EXPECT_EQ(weights.update.state().updates, 0u);
  EXPECT_TRUE(weights.step(16384, 0));
  EXPECT_EQ(weights.values(), (std::vector<float>{0, 1}));
  EXPECT_EQ(weights.update.state().updates, 1u);
}

TEST_F(ScaledLoss, LargeGradientsThatAreFiniteAreNoOverflow) {
  Weights weights(training_);
  EXPECT_TRUE(weights.step(3e38F, 3e38F));
}

/// One rank's overflow, summed over the ranks.
TEST_F(ScaledLoss, IsChangedAlikeOnAllRanksWhenOneOverflows) {
  std::vector<double> scales(2);
  std::vector<std::vector<float>> values(2);
  test::on_ranks(2, [&](Collective& collective) {
    Weights weights(training_);
    values_of(weights.gradients.gradients())[0] =
        collective.rank() == 1 ? std::numeric_limits<float>::infinity() : 1;
    collective.sum(values_of(weights.gradients.values()));
    weights.update.run(weights.gradients, /*learning_rate=*/1);
    scales[collective.rank()] = weights.update.loss_scale();
    values[collective.rank()] = weights.values();
  });
  EXPECT_EQ(scales, (std::vector<double>{32768, 32768}));
  EXPECT_EQ(values[0], (std::vector<float>{1, 1}));
  EXPECT_EQ(values[1], values[0]);
}

TEST_F(ScaledLoss, GoesOnFromItsState) {
  Weights first(training_);
  first.step(std::numeric_limits<float>::infinity(), 0);
  first.step(1, 1);
  Weights second(training_);
  second.update.restore(first.update.state());
  EXPECT_EQ(second.update.loss_scale(), 32768);
  EXPECT_EQ(second.update.state().scale.good_steps, 1u);
  EXPECT_EQ(second.update.state().updates, 1u);
}

/// Weights 0, -1, -3 after three steps; decay 1/2: shares 1, 2, 4 of 7.
TEST(WeightAverage, WeighsLaterWeightsMoreAndForgetsWhereTheyBegan) {
  TrainingSettings training = sgd();
  training.average = 0.5;
  Weights weights(training);
  weights.step(1, 0);
  EXPECT_EQ(weights.update.average().tensors()[0][0].item<float>(), 0) << "the first one itself";
  weights.step(1, 0);
  weights.step(2, 0);
  EXPECT_FLOAT_EQ(weights.update.average().tensors()[0][0].item<float>(),
                  (0 * 1 - 1 * 2 - 3 * 4) / 7.0F);
  EXPECT_FLOAT_EQ(weights.update.average().tensors()[0][1].item<float>(), 1);
}

TEST(WeightAverage, StandsInTheWeightsPlaceForAWhile) {
  TrainingSettings training = sgd();
  training.average = 0.5;
  Weights weights(training);
  {
    const AveragedWeights none(weights.update.average(), /*updates=*/0);
    EXPECT_EQ(weights.values()[0], 1);
  }
  weights.step(1, 0);
  weights.step(3, 0);
  {
    const AveragedWeights averaged(weights.update.average(), /*updates=*/2);
    EXPECT_FLOAT_EQ(weights.values()[0], -3 * 2 / 3.0F);
  }
  EXPECT_EQ(weights.values()[0], -3);
  weights.step(1, 0);
  EXPECT_EQ(weights.values()[0], -4) << "the optimiser goes on with the weights";
}

TEST(WeightAverage, IsNothingWithoutADecay) {
  Weights weights(sgd());
  weights.step(1, 0);
  EXPECT_TRUE(weights.update.average().tensors().empty());
  EXPECT_TRUE(weights.update.tensors().empty());
  const AveragedWeights same(weights.update.average(), /*updates=*/1);
  EXPECT_EQ(weights.values()[0], 0);
}

}  // namespace
}  // namespace weir

// When gradients are summed, in which pieces, and that each is summed once.
#include "server/training/gradient_sum.h"

#include <optional>

#include <gmock/gmock.h>

#include "src/core/error.h"
#include "tests/unit/collective/thread_collective.h"
#include "tests/unit/collective/twin_collective.h"
#include "tests/unit/models/models.h"

namespace weir {
namespace {

using testing::ElementsAre;

class GradientSumTest : public testing::Test {
 protected:
  /// Parameters of 8·3, 8, 4·8, 4, 5·4 and 5 values; a bucket holds each layer, but for the first
  /// two, which are together in the last one.
  static constexpr std::size_t bucket = 25, values = 93;
  static std::shared_ptr<Model> network() {
    return test::mlp({8, 4}, Activation::tanh, /*inputs=*/3, /*outputs=*/5, /*seed=*/1);
  }

  torch::Tensor pass(Model& model) const {
    const auto loss = model.forward(inputs_, {}).square().sum();
    loss.backward();
    return loss.detach();
  }
  /// One step of `passes` passes, as a TrainingStep makes it.
  void step(Model& model, FlatGradients& gradients, GradientSum& sum, int passes = 1) const {
    gradients.begin();
    for (int k = 0; k < passes; ++k) {
      if (k + 1 == passes) sum.begin();
      const auto loss = pass(model);
      gradients.collect();
      gradients.add_loss(loss.reshape(1));
    }
    gradients.collect();
    sum.finish();
  }
  /// What one rank has, of so many passes.
  torch::Tensor own(int passes = 1) const {
    const auto model = network();
    FlatGradients gradients(model);
    test::TwinCollective alone(/*ranks=*/1);
    GradientSum sum(gradients, alone, nullptr, /*early=*/true, bucket);
    step(*model, gradients, sum, passes);
    EXPECT_TRUE(alone.sizes.empty());
    return gradients.values().clone();
  }

  const torch::Tensor inputs_ = torch::randn({7, 3});
  std::shared_ptr<Model> model_ = network();
  FlatGradients gradients_{model_};
  test::TwinCollective collective_;
};

TEST_F(GradientSumTest, IsOneCallAtTheEndUnlessItIsToBeEarly) {
  GradientSum sum(gradients_, collective_, nullptr, /*early=*/false, bucket);
  step(*model_, gradients_, sum);
  EXPECT_THAT(collective_.sizes, ElementsAre(values + 1));
  EXPECT_TRUE(torch::equal(gradients_.values(), 2 * own()));
}

TEST_F(GradientSumTest, IsOneCallWhereAllFitIntoABucket) {
  GradientSum sum(gradients_, collective_, nullptr, /*early=*/true);
  step(*model_, gradients_, sum);
  EXPECT_THAT(collective_.sizes, ElementsAre(values + 1));
}

TEST_F(GradientSumTest, TakesEachBucketOnceFromTheEndAndTheLossAtLast) {
  GradientSum sum(gradients_, collective_, nullptr, /*early=*/true, bucket);
  for (int k = 1; k <= 2; ++k) {
    step(*model_, gradients_, sum);
    EXPECT_TRUE(torch::equal(gradients_.values(), 2 * own())) << "step " << k;
    EXPECT_THAT(collective_.sizes, ElementsAre(25, 36, 32, 1));
    collective_.sizes.clear();
  }
}

TEST_F(GradientSumTest, BeginsBeforeTheFirstLayersHaveTheirGradients) {
  GradientSum sum(gradients_, collective_, nullptr, /*early=*/true, bucket);
  std::vector<std::size_t> there;
  collective_.before_sum = [&] {
    std::size_t defined = 0;
    for (const auto& parameter : model_->parameters()) defined += parameter.grad().defined();
    there.push_back(defined);
  };
  step(*model_, gradients_, sum);
  EXPECT_THAT(there, ElementsAre(2, 4, 6, 6));
}

TEST_F(GradientSumTest, WaitsForTheLastOfSeveralPasses) {
  GradientSum sum(gradients_, collective_, nullptr, /*early=*/true, bucket);
  step(*model_, gradients_, sum, /*passes=*/3);
  EXPECT_THAT(collective_.sizes, ElementsAre(25, 36, 32, 1));
  EXPECT_TRUE(torch::equal(gradients_.values(), 2 * own(/*passes=*/3)));
}

TEST_F(GradientSumTest, IsTheSameOfGradientsThatAutogradMakes) {
  FlatGradients plain(model_->parameters());
  GradientSum sum(plain, collective_, nullptr, /*early=*/true, bucket);
  step(*model_, plain, sum);
  EXPECT_THAT(collective_.sizes, ElementsAre(25, 36, 32, 1));
  const auto expected = 2 * own();
  EXPECT_LT((plain.values() - expected).abs().max().item<float>(),
            1e-6 * expected.abs().max().item<float>());
}

TEST_F(GradientSumTest, WaitsForBackwardWhereAParameterHasNoGradient) {
  const std::vector<torch::Tensor> parameters = {
      torch::ones(30).requires_grad_(true), torch::ones(30).requires_grad_(true), torch::ones(30)};
  FlatGradients gradients(parameters);
  GradientSum sum(gradients, collective_, nullptr, /*early=*/true, bucket);
  std::size_t in_backward = 0;
  bool backward = true;
  collective_.before_sum = [&] { in_backward += backward; };
  gradients.begin();
  sum.begin();
  parameters[0].sum().backward();
  backward = false;
  gradients.collect();
  sum.finish();
  EXPECT_EQ(in_backward, 0u);
  EXPECT_THAT(collective_.sizes, ElementsAre(30, 30, 30, 1));
  EXPECT_EQ(gradients.values().sum().item<float>(), 60);
}

/// Of GPUs; here it only tells that it was called off.
class AbandonedSum final : public DeviceSum {
 public:
  explicit AbandonedSum(bool& abandoned) : abandoned_(abandoned) {}
  void sum(float*, std::size_t, void*) override {}
  void abandon() override { abandoned_ = true; }

 private:
  bool& abandoned_;
};

TEST_F(GradientSumTest, AbandonsTheSumsOfItsGpu) {
  bool abandoned = false;
  GradientSum sum(gradients_, collective_, std::make_unique<AbandonedSum>(abandoned),
                  /*early=*/true, bucket);
  EXPECT_FALSE(abandoned);
  sum.abandon();
  EXPECT_TRUE(abandoned);
  GradientSum(gradients_, collective_, nullptr, /*early=*/true, bucket).abandon();  // of CPUs
}

TEST_F(GradientSumTest, SumsNothingBeforeItIsAskedTo) {
  const std::vector<torch::Tensor> parameters = {torch::ones(30).requires_grad_(true),
                                                 torch::ones(30).requires_grad_(true)};
  FlatGradients gradients(parameters);
  const GradientSum sum(gradients, collective_, nullptr, /*early=*/true, bucket);
  gradients.begin();
  parameters[0].sum().backward();
  EXPECT_TRUE(collective_.sizes.empty());
}

TEST_F(GradientSumTest, ThatFailsEndsBackwardWithItsError) {
  GradientSum sum(gradients_, collective_, nullptr, /*early=*/true, bucket);
  collective_.before_sum = [] { throw Error(ErrorKind::environment, "a rank is gone"); };
  EXPECT_THROW(step(*model_, gradients_, sum), Error);
}

TEST_F(GradientSumTest, TakesWhatAutogradHasWrittenElsewhere) {
  const auto values_of_sums = [](bool early) {
    const auto model = test::model_of(test::small(ModelKind::unet), /*inputs=*/3,
                                      {{.name = "u", .shape = {8, 8}, .unit = ""}}, /*seed=*/1);
    FlatGradients gradients(model);
    test::TwinCollective collective;
    GradientSum sum(gradients, collective, nullptr, early, /*bucket=*/100);
    gradients.begin();
    sum.begin();
    model->forward(torch::full({2, 3}, 0.3F), {}).square().sum().backward();
    gradients.collect();
    sum.finish();
    EXPECT_EQ(collective.sizes.size() > 1, early);
    return gradients.values().clone();
  };
  EXPECT_TRUE(torch::equal(values_of_sums(true), values_of_sums(false)));
}

TEST_F(GradientSumTest, LeavesNothingBehindForTheNextOne) {
  std::optional<GradientSum> sum;
  for (int k = 0; k < 2; ++k)  // in the same memory
    sum.emplace(gradients_, collective_, nullptr, /*early=*/true, bucket);
  step(*model_, gradients_, *sum);
  EXPECT_TRUE(torch::equal(gradients_.values(), 2 * own()));
}

TEST_F(GradientSumTest, LeavesTheModelAsItWas) {
  { const GradientSum sum(gradients_, collective_, nullptr, /*early=*/true, bucket); }
  gradients_.begin();
  pass(*model_);
  EXPECT_TRUE(collective_.sizes.empty());
}

TEST_F(GradientSumTest, GoesInOneOrderOnRanksWithAndWithoutABatch) {
  const auto expected = own();
  test::on_ranks(3, [&](Collective& collective) {
    const auto model = network();
    FlatGradients gradients(model);
    GradientSum sum(gradients, collective, nullptr, /*early=*/true, bucket);
    for (std::size_t k = 0; k < 4; ++k) {
      const bool idle = collective.rank() == k % 3;
      if (idle) {
        gradients.begin();
        gradients.collect();
        sum.finish();
      } else {
        step(*model, gradients, sum);
      }
      EXPECT_TRUE(torch::equal(gradients.values(), 2 * expected)) << "step " << k;
    }
  });
}

}  // namespace
}  // namespace weir

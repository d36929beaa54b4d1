// The pass of a batch, as it is and out of memory that stays, as a GPU that records it needs it.
#include "server/training/batch_pass.h"

#include <set>

#include <gtest/gtest.h>

#include "tests/unit/models/models.h"
#include "tests/unit/training/scripted_training.h"

namespace weir {
namespace {

/// Squares, and where it found what it compared.
class WatchedLoss final : public Loss {
 public:
  torch::Tensor operator()(const torch::Tensor& prediction,
                           const torch::Tensor& target) const override {
    targets.insert(target.data_ptr<float>());
    return (prediction - target).square().mean(1);
  }
  mutable std::set<const float*> targets;
};

class BatchPassTest : public testing::Test {
 protected:
  static constexpr std::size_t batch = 4, total = 8;

  /// Of some batches in turn, the last of them smaller: the gradients and losses of each.
  std::vector<torch::Tensor> passes(bool graphs, WatchedLoss& loss) {
    Study study = test::miniature_study(batch);
    study.training.cuda_graphs = graphs;
    const auto model = test::mlp({8}, Activation::tanh, /*inputs=*/3, /*outputs=*/5, /*seed=*/1);
    FlatGradients gradients(model);
    BatchPass pass(study, *model, loss, gradients, torch::kCPU, /*outputs=*/5, total);
    std::vector<torch::Tensor> found;
    torch::manual_seed(1);
    for (const std::int64_t size : {4, 4, 3, 4}) {
      gradients.begin();
      found.push_back(
          pass.run({torch::randn({size, 3}), {}, torch::randn({size, 5})}, total, /*scale=*/1));
      found.push_back(gradients.values().clone());
      for (const auto& parameter : model->parameters()) EXPECT_TRUE(parameter.grad().defined());
      gradients.collect();
      found.push_back(gradients.values().clone());
    }
    return found;
  }
};

TEST_F(BatchPassTest, ComesToTheSameWhereWholeBatchesAreToBeRecorded) {
  WatchedLoss plain, recorded;
  const auto expected = passes(false, plain), found = passes(true, recorded);
  for (std::size_t k = 0; k < expected.size(); ++k)
    EXPECT_TRUE(torch::equal(found[k], expected[k])) << k;
  EXPECT_GT(found.back().abs().sum().item<float>(), 0);
}

TEST_F(BatchPassTest, ReadsWholeBatchesInOnePlaceWhereTheyAreToBeRecorded) {
  const auto places = [](bool graphs) {
    Study study = test::miniature_study(batch);
    study.training.cuda_graphs = graphs;
    const auto model = test::mlp({8}, Activation::tanh, 3, 5, /*seed=*/1);
    FlatGradients gradients(model);
    const WatchedLoss loss;
    BatchPass pass(study, *model, loss, gradients, torch::kCPU, 5, total);
    const auto rows = torch::randn({8, 5});
    const auto run = [&](std::int64_t first, std::int64_t size, std::size_t samples) {
      gradients.begin();
      pass.run({torch::randn({size, 3}), {}, rows.narrow(0, first, size)}, samples, 1);
    };
    run(0, 4, total);
    run(4, 4, total);
    EXPECT_EQ(loss.targets.size(), graphs ? 1u : 2u);
    run(1, 3, total);      // fewer samples
    run(2, 4, total - 1);  // fewer on another rank
    return loss.targets.size();
  };
  EXPECT_EQ(places(true), 3u);
  EXPECT_EQ(places(false), 4u);
}

TEST_F(BatchPassTest, GivesALossThatTheNextOneLeavesAsItIs) {
  WatchedLoss loss;
  const auto found = passes(true, loss);
  EXPECT_FALSE(torch::equal(found[0], found[3]));
  EXPECT_FALSE(found[0].is_alias_of(found[3]));
}

}  // namespace
}  // namespace weir

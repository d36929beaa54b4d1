#include "server/sampling/relative_losses.h"

#include <limits>
#include <numeric>

#include <gtest/gtest.h>

#include "src/core/error.h"
#include "src/core/random.h"

namespace weir {
namespace {

double mean_of(const LossEvidence& evidence) { return evidence.sum / evidence.samples; }

double mean_of(const std::vector<float>& losses) {
  return std::accumulate(losses.begin(), losses.end(), 0.0) / static_cast<double>(losses.size());
}

/// Batches of one sample of each of four simulations, at random steps.
template <class Loss>
Evidence evidence_of(RelativeLosses& losses, int batches, std::size_t steps, Loss loss) {
  Random random(1, "test");
  for (int batch = 0; batch < batches; ++batch) {
    std::vector<SampleId> ids;
    std::vector<float> values;
    for (std::uint64_t sim = 0; sim < 4; ++sim) {
      ids.push_back({sim, random.below(steps)});
      values.push_back(static_cast<float>(loss(ids.back(), batch)));
    }
    losses.record(mean_of(values), ids, values);
  }
  return losses.take();
}

TEST(RelativeLosses, AreAboutOneWhereAllSimulationsAreAlikeWhateverStepAndStage) {
  RelativeLosses losses(/*steps=*/10);
  const auto evidence = evidence_of(losses, 400, 10, [](SampleId id, int batch) {
    return (1. + 20. * static_cast<double>(id.step)) / (1 + batch);
  });
  for (const auto& [sim, of] : evidence) EXPECT_NEAR(mean_of(of), 1, 0.25) << sim;
}

TEST(RelativeLosses, TellTheHardSimulation) {
  RelativeLosses losses(10);
  const auto evidence = evidence_of(losses, 400, 10, [](SampleId id, int) {
    return (id.sim == 2 ? 9. : 1.) * (1. + static_cast<double>(id.step));
  });
  EXPECT_NEAR(mean_of(evidence.at(2)) / mean_of(evidence.at(0)), 9, 2);
}

/// An easy one that was seen early, when all losses were high, is not the hardest for that.
TEST(RelativeLosses, CompareSimulationsThatWereSeenAtDifferentStages) {
  RelativeLosses losses(1);
  const auto batch = [&](std::uint64_t sim, float of_it, float of_others) {
    const std::vector<float> values = {of_it, of_others, of_others};
    for (int k = 0; k < 50; ++k)
      losses.record(mean_of(values), std::vector<SampleId>{{sim, 0}, {100, 0}, {101, 0}}, values);
  };
  batch(/*sim=*/1, /*of_it=*/50, /*of_others=*/100);
  batch(/*sim=*/3, 1, 1);
  batch(/*sim=*/2, /*of_it=*/2, /*of_others=*/1);
  const Evidence evidence = losses.take();
  EXPECT_LT(mean_of(evidence.at(1)), mean_of(evidence.at(2)));
}

/// Rank 0 adds the evidence of ranks up.
TEST(RelativeLosses, AreOfOneScaleOnARankOfHardSimulationsAndOneOfEasyOnes) {
  constexpr std::size_t steps = 10;
  RelativeLosses hard(steps), easy(steps);
  Random random(1, "test");
  for (int batch = 0; batch < 400; ++batch) {
    const SampleId id = {0, random.below(steps)}, other = {1, random.below(steps)};
    hard.record(/*mean_loss=*/5, std::vector{id}, std::vector<float>{9});
    easy.record(/*mean_loss=*/5, std::vector{other}, std::vector<float>{1});
  }
  EXPECT_NEAR(mean_of(hard.take().at(0)) / mean_of(easy.take().at(1)), 9, 0.5);
}

TEST(RelativeLosses, PassOverWhatIsNotFinite) {
  RelativeLosses losses(2);
  losses.record(/*mean_loss=*/2, std::vector<SampleId>{{0, 0}, {1, 1}},
                std::vector<float>{std::numeric_limits<float>::quiet_NaN(), 2});
  const Evidence evidence = losses.take();
  EXPECT_FALSE(evidence.contains(0));
  EXPECT_EQ(mean_of(evidence.at(1)), 1);
}

/// A plug-in's may give one; weights and kernels would be of negative numbers.
TEST(RelativeLosses, RefuseANegativeOne) {
  RelativeLosses losses(2);
  const std::vector<SampleId> ids = {{0, 0}, {7, 1}};
  try {
    losses.record(/*mean_loss=*/1, ids, std::vector<float>{2.5F, -0.5F});
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::study);
    EXPECT_NE(std::string(error.what()).find("gave -0.500000 for step 1 of simulation 7"),
              std::string::npos)
        << error.what();
  }
  EXPECT_TRUE(losses.take().empty());
}

TEST(RelativeLosses, ManageWithoutLossAndWithoutSamples) {
  RelativeLosses losses(2);
  losses.record(/*mean_loss=*/0, {}, {});
  losses.record(/*mean_loss=*/0, std::vector<SampleId>{{0, 0}}, std::vector<float>{0});
  EXPECT_TRUE(losses.take().empty());
}

TEST(RelativeLosses, GoOnFromTheirStateAsIfNothingHadHappened) {
  RelativeLosses one(1000), other(1000);
  const auto loss = [](SampleId id, int batch) {
    return 1. + static_cast<double>(id.sim) / (1 + batch);
  };
  evidence_of(one, 20, 1000, loss);
  other.restore(one.state());
  EXPECT_EQ(evidence_of(one, 5, 1000, loss), evidence_of(other, 5, 1000, loss));
}

TEST(RelativeLosses, RefuseAStateOfOtherSteps) {
  RelativeLosses one(10), other(20);
  EXPECT_THROW(other.restore(one.state()), Error);
}

TEST(LossMemory, CountsRecentSamplesMoreAndForgetsInTheEnd) {
  LossMemory memory;
  memory.add(7, {.sum = 40, .samples = 4});
  memory.fade();
  memory.add(7, {.sum = 2, .samples = 2});
  EXPECT_EQ(memory.evidence().at(7), (LossEvidence{.sum = 22, .samples = 4}));
  for (int k = 0; k < 10; ++k) memory.fade();
  EXPECT_TRUE(memory.evidence().empty());
}

TEST(LossMemory, BelievesFewSamplesLess) {
  EXPECT_LT(LossMemory::loss_of({.sum = 10, .samples = 1}),
            LossMemory::loss_of({.sum = 100, .samples = 10}));
  EXPECT_EQ(LossMemory::loss_of({.sum = 0, .samples = 0}), 1);
}

}  // namespace
}  // namespace weir

// Pairs out of a data set of single steps: which there are, their rows, and a training on them.

#include <algorithm>
#include <set>

#include <gtest/gtest.h>

#include "server/samples/data_rows.h"
#include "server/samples/dataset_source.h"
#include "server/samples/normalisation.h"
#include "tests/unit/collective/thread_collective.h"
#include "tests/unit/training/training_fixture.h"

namespace weir {
namespace {

constexpr std::size_t simulations = 3, steps = 20, width = 10;

class PairRowsTest : public testing::TestWithParam<std::size_t> {
 protected:
  PairRowsTest() {
    study_.training.samples = {.kind = SampleKind::autoregressive, .lead = lead_};
    study_.training.dataset = folder_ / "training.h5";
    test::write_data_set(study_.training.dataset, study_, /*first=*/5, simulations);
  }
  DataRows rows(std::size_t memory) const {
    DataSet data(study_.training.dataset, study_);
    auto positions = trainable_positions(data, lead_);
    return {std::move(data), std::move(positions), width, memory, lead_};
  }

  const std::size_t lead_ = GetParam();
  test::TemporaryFolder folder_;
  Study study_ = test::miniature_study(/*batch=*/7);
};

TEST_P(PairRowsTest, HaveBothStepsFromMemoryAndFromTheFile) {
  for (const std::size_t memory : {std::size_t{0}, std::size_t{1} << 20}) {
    const DataRows pairs = rows(memory);
    EXPECT_EQ(pairs.in_memory(), memory > 0);
    ASSERT_EQ(pairs.size(), simulations * (steps - lead_));
    std::vector<float> target(width), state(width);
    for (std::size_t k = 0; k < pairs.size(); ++k) {
      const SampleId id = pairs.id(k);
      ASSERT_GE(id.step, lead_);
      pairs.copy(k, target);
      pairs.copy_state(k, state);
      ASSERT_EQ(target, test::values_of(study_, id));
      ASSERT_EQ(state, test::values_of(study_, {id.sim, id.step - lead_}));
    }
  }
}

TEST_P(PairRowsTest, AreDrawnOnceAnEpochWithTheirStates) {
  study_.training.epochs = 2;
  std::multiset<SampleId> drawn;
  for (std::size_t rank = 0; rank < 2; ++rank) {
    DatasetSource source(study_, rank, /*ranks=*/2);
    std::vector<float> targets(7 * width), states(7 * width);
    Batch batch;
    batch.targets = targets.data();
    batch.states = states.data();
    while (source.offer(7).readiness == Readiness::ready) {
      source.draw(source.offer(7).samples, batch);
      drawn.insert(batch.ids.begin(), batch.ids.end());
      for (std::size_t k = 0; k < batch.ids.size(); ++k) {
        const auto [sim, step] = batch.ids[k];
        const auto expected = test::values_of(study_, {sim, step - lead_});
        ASSERT_TRUE(std::equal(expected.begin(), expected.end(), states.begin() + k * width));
      }
    }
  }
  EXPECT_EQ(drawn.size(), 2 * simulations * (steps - lead_));
  EXPECT_EQ(std::set<SampleId>(drawn.begin(), drawn.end()).size(), simulations * (steps - lead_));
}

TEST_P(PairRowsTest, AreScaledWhileTheyAreCopiedToTheBitsOfASecondPass) {
  const auto normalisation = make_normalisation(study_);
  FieldScales scales;
  set_scales(normalisation, scales);
  for (const std::size_t memory : {std::size_t{0}, std::size_t{1} << 20}) {
    const DataRows pairs = rows(memory);
    std::vector<float> row(width), scaled(width);
    for (std::size_t k = 0; k < pairs.size(); ++k) {
      pairs.copy(k, row);
      normalise_fields(normalisation, row);
      pairs.copy(k, scaled, scales);
      ASSERT_EQ(scaled, row);
      pairs.copy_state(k, row);
      normalise_fields(normalisation, row);
      pairs.copy_state(k, scaled, scales);
      ASSERT_EQ(scaled, row);
    }
  }
}

TEST_P(PairRowsTest, OfASourceAreScaledAsItsBatchSays) {
  const auto normalisation = make_normalisation(study_);
  std::vector<float> targets(7 * width), states(7 * width);
  Batch batch;
  batch.targets = targets.data();
  batch.states = states.data();
  const auto drawn = [&] {
    DatasetSource source(study_, /*rank=*/0, /*ranks=*/1);
    source.draw(7, batch);
    return std::pair(targets, states);
  };
  auto [expected_targets, expected_states] = drawn();
  normalise_fields(normalisation, expected_targets);
  normalise_fields(normalisation, expected_states);
  set_scales(normalisation, batch.scales);
  const auto [scaled_targets, scaled_states] = drawn();
  EXPECT_EQ(scaled_targets, expected_targets);
  EXPECT_EQ(scaled_states, expected_states);
}

TEST_P(PairRowsTest, ATrainingOnThemLearnsToPredictUnseenSimulations) {
  study_.training.epochs = 60;
  study_.training.batch = 10;
  study_.validation = {.dataset = folder_ / "validation.h5", .every = 1000, .batch = 16};
  test::write_data_set(study_.validation.dataset, study_, /*first=*/20, 4);
  const auto collective = make_single_collective();
  const auto train_of = [&](std::size_t batches) {
    study_.training.stop.batches = batches;
    DatasetSource source(study_, /*rank=*/0, /*ranks=*/1);
    return test::train(study_, *collective, source).result.validation->relative_l2;
  };
  const double untrained = train_of(1), trained = train_of(300);
  EXPECT_LT(trained, 0.5 * untrained);
}

INSTANTIATE_TEST_SUITE_P(Leads, PairRowsTest, testing::Values(1, 3));

}  // namespace
}  // namespace weir

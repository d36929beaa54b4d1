// Rollouts of a model whose predictions are known, against one that is computed by hand.

#include "server/validation/rollout.h"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "src/core/error.h"
#include "tests/unit/collective/thread_collective.h"
#include "tests/unit/training/training_fixture.h"

namespace weir {
namespace {

constexpr std::size_t simulations = 5, width = 10;

/// Nine tenths of the state, and a little of the time.
class Decay final : public Model {
 public:
  torch::Tensor forward(torch::Tensor inputs, torch::Tensor state) override {
    return 0.9 * state + 0.1 * inputs.narrow(1, inputs.size(1) - 1, 1);
  }
  std::string script() const override { return ""; }
};

/// Whose outputs lose their shape where a chunk has one simulation.
class OnlyForSeveral final : public Model {
 public:
  torch::Tensor forward(torch::Tensor, torch::Tensor state) override {
    return state.size(0) == 1 ? state.view({2, -1}) : state;
  }
  std::string script() const override { return ""; }
};

class RolloutTest : public testing::TestWithParam<std::size_t> {
 protected:
  RolloutTest() {
    study_.training.samples = {.kind = SampleKind::autoregressive, .lead = lead_};
    study_.validation = {.dataset = folder_ / "validation.h5", .every = 1, .batch = 2};
    test::write_data_set(study_.validation.dataset, study_, /*first=*/3, simulations);
    normalisation_ = make_normalisation(study_);
  }
  /// A rank's simulations.
  DataRows rows_of(std::size_t rank, std::size_t ranks) const {
    DataSet data(study_.validation.dataset, study_);
    std::vector<std::size_t> mine;
    const std::size_t predicted = study_.simulation.steps - lead_;
    const auto all = trainable_positions(data, lead_);
    for (std::size_t k = 0; k < all.size(); ++k)
      if (k / predicted % ranks == rank) mine.push_back(all[k]);
    return {std::move(data), std::move(mine), width, std::size_t{1} << 20, lead_};
  }
  DataRows rows_of_zeros() {
    study_.validation.dataset = folder_ / "zeros.h5";
    DataSetWriter writer(study_.validation.dataset, study_);
    for (std::uint64_t step = 0; step < study_.simulation.steps; ++step)
      writer.write({0, step}, test::parameters_of(study_, 0), std::vector<float>(width));
    writer.finish();
    return rows_of(0, 1);
  }
  RolloutResult rolled_out(const DataRows& rows, Collective& collective) const {
    Decay model;
    return Rollout(study_, rows).run(model, normalisation_, collective, [] {});
  }
  std::vector<double> normalised(SampleId id) const {
    auto values = test::values_of(study_, id);
    normalise_fields(normalisation_, values);
    return {values.begin(), values.end()};
  }
  double deviation(std::size_t k) const { return normalisation_.fields[k < 6 ? 0 : 1].deviation; }
  /// Squared errors of the values of one simulation, by step and value; and those of the truth.
  struct Squares {
    std::vector<std::vector<double>> distance, truth;
  };
  Squares by_hand(std::uint64_t sim) const {
    const std::size_t steps = study_.simulation.steps;
    std::vector<std::vector<double>> state;
    Squares squares;
    for (std::uint64_t step = 0; step < steps; ++step) {
      state.push_back(normalised({sim, step}));
      squares.distance.emplace_back(width);
      squares.truth.emplace_back(width);
      if (step < lead_) continue;
      const auto physical = test::values_of(study_, {sim, step});
      const double time = 2 * static_cast<double>(step) / static_cast<double>(steps - 1) - 1;
      for (std::size_t k = 0; k < width; ++k) {
        const double predicted = 0.9 * state[step - lead_][k] + 0.1 * time;
        const double error = (predicted - state[step][k]) * deviation(k);
        squares.distance[step][k] = error * error;
        squares.truth[step][k] = double{physical[k]} * physical[k];
        state[step][k] = predicted;
      }
    }
    return squares;
  }
  static double sum(const std::vector<double>& values, std::size_t from, std::size_t to) {
    double sum = 0;
    for (std::size_t k = from; k < to; ++k) sum += values[k];
    return sum;
  }

  const std::size_t lead_ = GetParam();
  test::TemporaryFolder folder_;
  Study study_ = test::miniature_study(/*batch=*/7);
  Normalisation normalisation_;
};

TEST_P(RolloutTest, FeedsTheModelItsOwnPredictions) {
  const auto collective = make_single_collective();
  const RolloutResult found = rolled_out(rows_of(0, 1), *collective);
  const std::size_t steps = study_.simulation.steps;
  double whole = 0;
  std::vector<double> first_field(steps);
  for (std::uint64_t sim = 3; sim < 3 + simulations; ++sim) {
    const Squares squares = by_hand(sim);
    double distance = 0, truth = 0;
    for (std::size_t step = lead_; step < steps; ++step) {
      distance += sum(squares.distance[step], 0, width);
      truth += sum(squares.truth[step], 0, width);
      first_field[step] +=
          std::sqrt(sum(squares.distance[step], 0, 6) / sum(squares.truth[step], 0, 6)) /
          static_cast<double>(simulations);
    }
    whole += std::sqrt(distance / truth) / static_cast<double>(simulations);
  }
  EXPECT_NEAR(found.relative_l2, whole, 1e-5 * whole);
  const auto& by_step = found.steps.fields.front().steps;
  for (std::size_t step = 0; step < lead_; ++step)
    EXPECT_TRUE(std::isnan(by_step[step].relative_l2)) << "nothing is predicted";
  for (std::size_t step = lead_; step < steps; ++step)
    EXPECT_NEAR(by_step[step].relative_l2, first_field[step], 1e-5) << step;
}

TEST_P(RolloutTest, IsTheSameOnEachNumberOfRanks) {
  const auto single = make_single_collective();
  const double expected = rolled_out(rows_of(0, 1), *single).relative_l2;
  for (const std::size_t ranks : {2U, 7U}) {
    std::vector<double> found(ranks);
    std::vector<DataRows> rows;  // made here: HDF5 is for one thread
    for (std::size_t rank = 0; rank < ranks; ++rank) rows.push_back(rows_of(rank, ranks));
    test::on_ranks(ranks, [&](Collective& collective) {
      const std::size_t rank = collective.rank();
      found[rank] = rolled_out(rows[rank], collective).relative_l2;
    });
    for (const double of_a_rank : found) EXPECT_NEAR(of_a_rank, expected, 1e-12);
  }
}

TEST_P(RolloutTest, RefusesAModelThatFailsTheLastChunk) {
  OnlyForSeveral model;
  const auto collective = make_single_collective();
  const auto rows = rows_of(0, 1);
  try {
    Rollout(study_, rows).run(model, normalisation_, *collective, [] {});
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::study);
    EXPECT_THAT(error.what(), testing::HasSubstr("gives Float of shape [2, 5] for 1 samples; "
                                                 "expected Float of shape [1, 10]"));
  }
}

/// Nothing is left to compare with.
TEST_P(RolloutTest, HasNoRelativeErrorWhereEachTruthIsZero) {
  const DataRows rows = rows_of_zeros();
  const auto collective = make_single_collective();
  EXPECT_TRUE(std::isnan(rolled_out(rows, *collective).relative_l2));
}

INSTANTIATE_TEST_SUITE_P(Leads, RolloutTest, testing::Values(1, 3, 12));

}  // namespace
}  // namespace weir

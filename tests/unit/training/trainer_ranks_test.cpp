// Data-parallel training over MPI ranks against one rank with the global batch, computed beside it.

#include "server/training/trainer.h"
#include "tests/unit/collective/mpi_main.h"
#include "tests/unit/training/training_fixture.h"

namespace weir {
namespace {

using test::PatientParticipant;
using test::relative_distance;
using test::ScriptedSource;
using test::Trained;

class TrainerOverRanks : public testing::Test {
 protected:
  static constexpr std::size_t steps = 60;

  /// This rank's part of the stream when rank r draws shares[r] samples a step.
  std::vector<SampleId> part_of(const std::vector<SampleId>& stream,
                                const std::vector<std::size_t>& shares) const {
    std::vector<SampleId> mine;
    std::size_t next = 0;
    while (next < stream.size()) {
      for (std::size_t r = 0; r < ranks_; ++r) {
        for (std::size_t k = 0; k < shares[r]; ++k, ++next) {
          if (r == rank_) mine.push_back(stream[next]);
        }
      }
    }
    return mine;
  }

  std::size_t total(const std::vector<std::size_t>& shares) const {
    std::size_t sum = 0;
    for (std::size_t r = 0; r < ranks_; ++r) sum += shares[r];
    return sum;
  }

  /// One rank that draws the whole stream, `batch` at a time.
  Trained reference(const std::vector<SampleId>& stream, std::size_t batch) const {
    const Study study = test::miniature_study(batch);
    ScriptedSource source(study, stream);
    return test::train(study, *make_single_collective(), source);
  }

  void expect_same(const Trained& parallel, const Trained& single) const {
    EXPECT_EQ(parallel.result.batches, single.result.batches);
    EXPECT_EQ(parallel.result.samples, single.result.samples);
    EXPECT_LT(relative_distance(parallel.weights, single.weights), 1e-5);
    EXPECT_NEAR(parallel.result.last_train_loss, single.result.last_train_loss,
                1e-4 * single.result.last_train_loss);
    EXPECT_TRUE(parallel.result.identical_weights);
  }

  static void expect_near(const ErrorMeasures& a, const ErrorMeasures& b) {
    EXPECT_NEAR(a.mse, b.mse, 1e-6 * b.mse);
    EXPECT_NEAR(a.relative_l2, b.relative_l2, 1e-6 * b.relative_l2);
    EXPECT_NEAR(a.maximum, b.maximum, 1e-5 * b.maximum);
  }

  static void expect_near(const FieldErrors& a, const FieldErrors& b) {
    expect_near(a.all, b.all);
    ASSERT_EQ(a.steps.size(), b.steps.size());
    for (std::size_t step = 0; step < b.steps.size(); ++step)
      expect_near(a.steps[step], b.steps[step]);
  }

  std::unique_ptr<Collective> collective_ = make_mpi_collective();
  std::size_t rank_ = collective_->rank(), ranks_ = collective_->ranks();
};

TEST_F(TrainerOverRanks, WithBatchBEachEqualsOneRankWithTheGlobalBatch) {
  const Study study = test::miniature_study(/*batch=*/6);
  const std::vector<std::size_t> shares(ranks_, 6);
  const auto stream = test::scripted_ids(study, steps * total(shares));
  ScriptedSource source(study, part_of(stream, shares));
  expect_same(test::train(study, *collective_, source), reference(stream, 6 * ranks_));
}

TEST_F(TrainerOverRanks, WeighsEachRankByTheSamplesItContributes) {
  const Study study = test::miniature_study(/*batch=*/9);
  const std::vector<std::size_t> shares = {2, 9, 5};
  const auto stream = test::scripted_ids(study, steps * total(shares));
  ScriptedSource source(study, part_of(stream, shares), /*at_most=*/shares[rank_]);
  expect_same(test::train(study, *collective_, source), reference(stream, total(shares)));
}

TEST_F(TrainerOverRanks, WeighsBatchesAccumulatedToAStepByTheirSamplesToo) {
  Study study = test::miniature_study(/*batch=*/2);
  study.training.accumulate = 3;
  const std::vector<std::size_t> shares = {6, 5, 1};
  const auto stream = test::scripted_ids(study, steps * total(shares));
  ScriptedSource source(study, part_of(stream, shares), /*at_most=*/shares[rank_]);
  expect_same(test::train(study, *collective_, source), reference(stream, total(shares)));
}

TEST_F(TrainerOverRanks, ClipsTheGradientOfAllRanksTogether) {
  const auto clipped = [](std::size_t batch) {
    Study study = test::miniature_study(batch);
    study.training.optimizer = {.kind = OptimizerKind::sgd, .learning_rate = 0.1};
    study.training.clip = 0.05;
    return study;
  };
  const Study study = clipped(6), whole = clipped(6 * ranks_);
  const std::vector<std::size_t> shares(ranks_, 6);
  const auto stream = test::scripted_ids(study, steps * total(shares));
  ScriptedSource source(study, part_of(stream, shares)), all(whole, stream);
  expect_same(test::train(study, *collective_, source),
              test::train(whole, *make_single_collective(), all));
}

TEST_F(TrainerOverRanks, ScalesTheLearningRateWithTheRanks) {
  Study study = test::miniature_study(/*batch=*/6);
  study.training.schedule.ranks = RankScaling::linear;
  Study whole = test::miniature_study(6 * ranks_);
  whole.training.optimizer.learning_rate *= static_cast<double>(ranks_);
  const std::vector<std::size_t> shares(ranks_, 6);
  const auto stream = test::scripted_ids(study, steps * total(shares));
  ScriptedSource source(study, part_of(stream, shares)), all(whole, stream);
  expect_same(test::train(study, *collective_, source),
              test::train(whole, *make_single_collective(), all));
}

TEST_F(TrainerOverRanks, HoldsTheSameAveragesOnAllRanksInBf16Too) {
  Study study = test::miniature_study(/*batch=*/6);
  study.training.average = 0.95;
  study.training.precision = Precision::bf16;
  ScriptedSource source(study, test::scripted_ids(study, 100 + 50 * rank_));
  EXPECT_TRUE(test::train(study, *collective_, source).result.identical_weights);
}

TEST_F(TrainerOverRanks, ARankThatIsOverContributesNothing) {
  const Study study = test::miniature_study(/*batch=*/6);
  const auto stream = test::scripted_ids(study, steps * 6);
  ScriptedSource source(study, rank_ == 0 ? stream : std::vector<SampleId>{});
  expect_same(test::train(study, *collective_, source), reference(stream, 6));
}

TEST_F(TrainerOverRanks, MeasuresOneNormalisationForAllRanks) {
  Study study = test::miniature_study(/*batch=*/6);
  study.training.normalisation = {NormalisationKind::measured, {}, /*samples=*/100};
  const std::vector<std::size_t> shares(ranks_, 6);
  ScriptedSource source(study, part_of(test::scripted_ids(study, steps * total(shares)), shares));
  const auto trained = test::train(study, *collective_, source);
  EXPECT_TRUE(trained.result.identical_weights);
  EXPECT_LT(trained.result.last_train_loss, 0.8);
}

TEST_F(TrainerOverRanks, ValidationIsThatOfOneRank) {
  Study study = test::miniature_study(/*batch=*/6);
  const test::TemporaryFolder folder;
  study.validation = {folder / "validation.h5", /*every=*/50, /*batch=*/16};
  test::write_data_set(study.validation.dataset, study, /*first=*/1000, /*simulations=*/3);
  study.training.optimizer.learning_rate = 0;
  const auto run = [&](Collective& collective) {
    ScriptedSource source(study, test::scripted_ids(study, 6));
    return *test::train(study, collective, source).result.validation;
  };
  const auto sharded = run(*collective_), whole = run(*make_single_collective());
  EXPECT_NEAR(sharded.loss, whole.loss, 1e-6 * whole.loss);
  EXPECT_NEAR(sharded.mse, whole.mse, 1e-6 * whole.mse);
  EXPECT_NEAR(sharded.relative_l2, whole.relative_l2, 1e-6 * whole.relative_l2);
  for (std::size_t f = 0; f < whole.fields.size(); ++f)
    expect_near(sharded.fields[f], whole.fields[f]);
}

/// The circle of section 5 of the design. Rank 0 is full of samples not yet drawn. The only client
/// sends its next sample to rank 0, so it waits, and feeds the other ranks, all below their
/// watermark, only after rank 0 has drawn.
TEST_F(TrainerOverRanks, AFullRankAndOnesBelowTheirWatermarkMakeProgress) {
  const Study study = test::miniature_study(/*batch=*/5);
  constexpr std::size_t sends = 20;  // steps after which the client has sent everything
  const std::size_t held = rank_ == 0 ? 5 * sends : 3;
  ScriptedSource source(study, test::scripted_ids(study, held));
  std::size_t steps_run = 0;
  source.readiness = [&](std::size_t left) {
    if (left == 0) return Readiness::over;
    if (rank_ == 0) return Readiness::full;
    return steps_run < sends ? Readiness::below : Readiness::ready;
  };
  PatientParticipant participant(/*give_up=*/500);
  participant.after = [&](const Agreed& agreed) { steps_run += agreed.step ? 1 : 0; };
  const auto result = test::train(study, *collective_, source, participant).result;
  EXPECT_FALSE(result.stopped) << "no step ran in 500 rounds: the circle is closed";
  EXPECT_EQ(result.samples, 5 * sends + 3 * (ranks_ - 1));
  EXPECT_TRUE(result.identical_weights);
}

TEST_F(TrainerOverRanks, AStopOfOneRankEndsAllAtTheSameBatch) {
  const Study study = test::miniature_study(/*batch=*/5);
  ScriptedSource source(study, test::scripted_ids(study, 1000));
  PatientParticipant participant(/*give_up=*/rank_ + 1 == ranks_ ? 17 : 100'000);
  const auto result = test::train(study, *collective_, source, participant).result;
  EXPECT_TRUE(result.stopped);
  EXPECT_EQ(result.batches, 17U);
}

}  // namespace
}  // namespace weir

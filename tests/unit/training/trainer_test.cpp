// The trainer on one rank: it learns, repeats itself to the bit, validates, reports and stops.

#include "server/training/trainer.h"

#include <cfenv>
#include <cmath>
#include <limits>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "src/core/error.h"
#include "tests/unit/training/training_fixture.h"

namespace weir {
namespace {

using test::miniature_study;
using test::scripted_ids;
using test::ScriptedSource;

class TrainerTest : public testing::Test {
 protected:
  TrainingResult run(const Study& study, std::size_t samples) {
    ScriptedSource source(study, scripted_ids(study, samples));
    Trainer trainer(study, *collective_, source, participant_, metrics_, clock_);
    return trainer.run();
  }
  std::vector<float> weights(const Study& study, std::size_t samples) {
    ScriptedSource source(study, scripted_ids(study, samples));
    return test::train(study, *collective_, source).weights;
  }
  /// Ten simulations that no training here draws.
  Study with_validation(Study study) const {
    test::write_data_set(folder_ / "validation.h5", study, /*first=*/1000, /*simulations=*/10);
    study.validation = {folder_ / "validation.h5", /*every=*/50, /*batch=*/64};
    return study;
  }

  test::TemporaryFolder folder_;
  std::unique_ptr<Collective> collective_ = make_single_collective();
  test::PatientParticipant participant_;
  test::RememberingMetrics metrics_;
  SystemClock clock_;
};

TEST_F(TrainerTest, LearnsAFunctionToASmallErrorOnUnseenSimulations) {
  const auto result = run(with_validation(miniature_study(/*batch=*/10)), /*samples=*/15'000);
  ASSERT_TRUE(result.validation);
  const double untrained = metrics_.records["train"].front().values["loss"];
  EXPECT_LT(result.validation->loss, 0.02);
  EXPECT_LT(result.validation->loss, untrained / 20);
  EXPECT_LT(result.validation->relative_l2, 0.05);
  EXPECT_GT(result.validation->mse, 0);
  EXPECT_LE(*result.best_validation_loss, result.validation->loss);
}

TEST_F(TrainerTest, CountsEverySampleOfTheLastPartialBatch) {
  const auto result = run(miniature_study(/*batch=*/10), /*samples=*/57);
  EXPECT_EQ(result.samples, 57U);
  EXPECT_EQ(result.batches, 6U);
  EXPECT_FALSE(result.stopped);
  EXPECT_TRUE(result.identical_weights);
  EXPECT_FALSE(result.validation);
}

TEST_F(TrainerTest, ComputesWithNumbersThatAreTooSmallAsWithZero) {
  std::fesetenv(FE_DFL_ENV);
  run(miniature_study(/*batch=*/10), /*samples=*/10);
  volatile float least = std::numeric_limits<float>::min();
  const float half = least / 2;
  std::fesetenv(FE_DFL_ENV);
  EXPECT_EQ(half, 0);
}

TEST_F(TrainerTest, WithoutAnySampleEndsInOrder) {
  const auto result = run(with_validation(miniature_study(/*batch=*/10)), /*samples=*/0);
  EXPECT_EQ(result.batches, 0U);
  EXPECT_FALSE(result.validation);
  EXPECT_FALSE(result.stopped);
}

TEST_F(TrainerTest, TheSameSeedGivesTheSameBitsAndAnotherSeedOthers) {
  Study study = miniature_study(/*batch=*/10);
  const auto first = weights(study, 1000);
  EXPECT_EQ(weights(study, 1000), first);
  study.training.normalisation.kind = NormalisationKind::measured;
  const auto measured = weights(study, 1000);
  EXPECT_EQ(weights(study, 1000), measured);
  const auto ids = scripted_ids(study, 1000);
  ScriptedSource same_samples(study, ids);
  Study other = study;
  other.seed = 8;
  EXPECT_GT(
      test::relative_distance(test::train(other, *collective_, same_samples).weights, measured),
      0.1);
}

TEST_F(TrainerTest, BatchesAccumulatedToAStepTrainAsOneLargeBatch) {
  const Study whole = miniature_study(/*batch=*/12);
  Study parts = miniature_study(/*batch=*/4);
  parts.training.accumulate = 3;
  ScriptedSource source(parts, scripted_ids(parts, 1000)), same(whole, scripted_ids(whole, 1000));
  const auto accumulated = test::train(parts, *collective_, source);
  const auto reference = test::train(whole, *collective_, same);
  EXPECT_EQ(accumulated.result.batches, 84U);
  EXPECT_EQ(accumulated.result.samples, 1000U) << "the last step has four samples";
  EXPECT_LT(test::relative_distance(accumulated.weights, reference.weights), 1e-5);
  EXPECT_NEAR(accumulated.result.last_train_loss, reference.result.last_train_loss, 1e-5);
}

TEST_F(TrainerTest, TrainsWithEachLossAndValidatesWithTheSame) {
  for (const auto kind :
       {LossKind::l1, LossKind::relative_l2, LossKind::huber, LossKind::sobolev}) {
    Study study = with_validation(miniature_study(/*batch=*/10));
    study.training.loss.kind = kind;
    metrics_.records.clear();
    const auto result = run(study, /*samples=*/3000);
    auto& records = metrics_.records["train"];
    EXPECT_LT(records.back().values["loss"], records.front().values["loss"] / 2);
    EXPECT_NEAR(result.validation->loss, records.back().values["loss"],
                records.back().values["loss"]);
  }
}

TEST_F(TrainerTest, Bf16LearnsNearlyAsWellAndRepeatsItselfToTheBit) {
  Study study = with_validation(miniature_study(/*batch=*/10));
  const double exact = run(study, /*samples=*/5000).validation->loss;
  study.training.precision = Precision::bf16;
  const double rounded = run(study, /*samples=*/5000).validation->loss;
  EXPECT_NE(rounded, exact);
  EXPECT_LT(rounded, 2 * exact + 0.01);
  EXPECT_EQ(weights(study, 500), weights(study, 500));
}

TEST_F(TrainerTest, RefusesFp16OnTheCpu) {
  Study study = miniature_study(/*batch=*/10);
  study.training.precision = Precision::fp16;
  try {
    run(study, /*samples=*/10);
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::input);
    EXPECT_NE(std::string(error.what()).find("/training/precision"), std::string::npos);
  }
}

TEST_F(TrainerTest, ClippingBoundsWhatAStepOfSgdMoves) {
  Study study = miniature_study(/*batch=*/10);
  study.training.optimizer = {.kind = OptimizerKind::sgd, .learning_rate = 0.5};
  const auto start = weights(study, /*samples=*/0);
  const auto moved = [&] {
    const auto end = weights(study, /*samples=*/10);
    double squares = 0;
    for (std::size_t k = 0; k < end.size(); ++k)
      squares += (double{end[k]} - start[k]) * (double{end[k]} - start[k]);
    return std::sqrt(squares);
  };
  EXPECT_GT(moved(), 0.5 * 0.01);
  study.training.clip = 0.01;
  EXPECT_NEAR(moved(), 0.5 * 0.01, 1e-6);
}

TEST_F(TrainerTest, WarmsTheLearningRateUp) {
  Study study = miniature_study(/*batch=*/10);
  study.training.schedule.warm_up = 200;
  run(study, /*samples=*/300);
  const auto& records = metrics_.records["train"];
  EXPECT_DOUBLE_EQ(records[0].values.at("learning_rate"), 3e-3 * 100 / 200);
  EXPECT_DOUBLE_EQ(records[2].values.at("learning_rate"), 3e-3);
}

TEST_F(TrainerTest, ValidatesAndExportsTheAverageOfTheWeightsAndTrainsOnWithTheWeights) {
  Study study = with_validation(miniature_study(/*batch=*/10));
  study.validation.every = 7;
  const auto plain = weights(study, 1000);
  const double plain_loss = run(study, 1000).validation->loss;
  study.training.average = 0.9;
  const auto averaged = weights(study, 1000);
  const double distance = test::relative_distance(averaged, plain);
  EXPECT_GT(distance, 1e-4);
  EXPECT_LT(distance, 0.2);
  EXPECT_NE(run(study, 1000).validation->loss, plain_loss);
  study.training.average = 1e-12;  // the newest weights alone
  EXPECT_LT(test::relative_distance(weights(study, 1000), plain), 1e-6);
}

TEST_F(TrainerTest, EndsAfterSoManyValidationsWithoutABetterLossAndSaysSo) {
  Study study = with_validation(miniature_study(/*batch=*/10));
  study.training.optimizer = {.kind = OptimizerKind::sgd, .learning_rate = 1e-30};
  study.training.stop.patience = 3;
  const auto result = run(study, /*samples=*/20'000);
  EXPECT_EQ(result.batches, 50U * (1 + 3));
  EXPECT_TRUE(result.stopped);
  EXPECT_NE(result.limit.find("3 validations brought no better loss"), std::string::npos);
}

TEST_F(TrainerTest, ValidatesEachFieldAtEachTimeStep) {
  const auto result = run(with_validation(miniature_study(/*batch=*/10)), /*samples=*/500);
  const auto& fields = metrics_.records["validation"].back().fields;
  ASSERT_EQ(fields.size(), 2U);
  EXPECT_EQ(fields[1].name, "v");
  ASSERT_EQ(fields[0].steps[0].second.size(), 20U);
  const auto& u = result.validation->fields[0].all;
  const auto& v = result.validation->fields[1].all;
  EXPECT_NEAR(0.6 * u.mse + 0.4 * v.mse, result.validation->mse, 1e-9 * result.validation->mse);
  EXPECT_GT(u.maximum, v.maximum) << "u is some hundred kelvin, v some tenths";
  EXPECT_GE(u.maximum * u.maximum, u.mse);
}

TEST_F(TrainerTest, EveryOptimiserAndActivationLowersTheLoss) {
  for (const auto optimizer : {OptimizerKind::adam, OptimizerKind::adamw, OptimizerKind::sgd}) {
    for (const auto activation :
         {Activation::relu, Activation::tanh, Activation::gelu, Activation::silu}) {
      Study study = miniature_study(/*batch=*/10);
      study.training.optimizer.kind = optimizer;
      study.training.model.activation = activation;
      if (optimizer == OptimizerKind::sgd) {
        study.training.optimizer.learning_rate = 0.05;
        study.training.optimizer.momentum = 0.9;
      }
      metrics_.records.clear();
      run(study, /*samples=*/3000);
      auto& records = metrics_.records["train"];
      EXPECT_LT(records.back().values["loss"], records.front().values["loss"] / 2);
    }
  }
}

TEST_F(TrainerTest, ValidatesEverySoManyBatchesAndOnceAtTheEnd) {
  run(with_validation(miniature_study(/*batch=*/10)), /*samples=*/1200);
  std::vector<std::size_t> batches;
  for (const auto& record : metrics_.records["validation"]) batches.push_back(record.batch);
  EXPECT_EQ(batches, (std::vector<std::size_t>{50, 100, 120}));
}

TEST_F(TrainerTest, RecordsTrainingAndBufferEveryTenBatches) {
  Study study = miniature_study(/*batch=*/10);
  study.training.schedule = {ScheduleKind::step, /*every=*/150, /*factor=*/0.5};
  run(study, /*samples=*/300);
  const auto& records = metrics_.records["train"];
  ASSERT_EQ(records.size(), 3U);
  EXPECT_EQ(records[1].batch, 20U);
  EXPECT_EQ(records[1].values.at("samples"), 200);
  EXPECT_DOUBLE_EQ(records[0].values.at("learning_rate"), 3e-3);
  EXPECT_DOUBLE_EQ(records[1].values.at("learning_rate"), 1.5e-3);
  EXPECT_GT(records[1].values.at("samples_per_second"), 0);
  EXPECT_EQ(metrics_.records["buffer"][1].values.at("population"), 300);
  EXPECT_EQ(metrics_.records["buffer"][1].values.at("unseen"), 100);
}

TEST_F(TrainerTest, EndsAtTheBatchLimit) {
  Study study = miniature_study(/*batch=*/10);
  study.training.stop.batches = 7;
  const auto result = run(study, /*samples=*/1000);
  EXPECT_EQ(result.batches, 7U);
  EXPECT_TRUE(result.stopped);
}

/// What is drawn and what is concluded, in order: "draw 1", "batch 1", …
class EventsOfATraining : public TrainerTest {
 protected:
  class NotingSource final : public SampleSource {
   public:
    NotingSource(const Study& study, std::vector<std::string>& events)
        : rest_(study, scripted_ids(study, 1000)), events_(events) {}
    Offer offer(std::size_t batch) override { return rest_.offer(batch); }
    void wait(Duration) override {}
    void draw(std::size_t count, Batch& batch) override {
      rest_.draw(count, batch);
      events_.push_back("draw " + std::to_string(batch.number));
    }
    std::size_t peek(std::size_t count, Batch& batch) override { return rest_.peek(count, batch); }
    Occupancy occupancy() const override { return rest_.occupancy(); }

   private:
    ScriptedSource rest_;
    std::vector<std::string>& events_;
  };

  std::vector<std::string> events_of(const Study& study) {
    std::vector<std::string> events;
    NotingSource source(study, events);
    Trainer trainer(study, *collective_, source, participant_, metrics_, clock_);
    trainer.on_batch([&](std::size_t batch, double, auto ids, auto losses) {
      EXPECT_EQ(ids.size(), losses.size());
      events.push_back("batch " + std::to_string(batch));
    });
    trainer.run();
    return events;
  }
};

TEST_F(EventsOfATraining, WithoutPrefetchFollowEachOther) {
  Study study = miniature_study(/*batch=*/10);
  study.training.stop.batches = 3;
  EXPECT_EQ(events_of(study), (std::vector<std::string>{"draw 1", "batch 1", "draw 2", "batch 2",
                                                        "draw 3", "batch 3"}));
}

TEST_F(EventsOfATraining, WithPrefetchHaveTheNextDrawWithinAStep) {
  Study study = miniature_study(/*batch=*/10);
  study.training.prefetch = Prefetch::on;
  study.training.stop.batches = 3;  // and nothing is drawn behind the last
  EXPECT_EQ(events_of(study), (std::vector<std::string>{"draw 1", "draw 2", "batch 1", "draw 3",
                                                        "batch 2", "batch 3"}));
}

TEST_F(EventsOfATraining, WithPrefetchHaveNoDrawWithinAStepThatIsValidated) {
  Study study = with_validation(miniature_study(/*batch=*/10));
  study.training.prefetch = Prefetch::on;
  study.training.stop.batches = 4;
  study.validation.every = 2;
  EXPECT_EQ(events_of(study), (std::vector<std::string>{"draw 1", "draw 2", "batch 1", "batch 2",
                                                        "draw 3", "draw 4", "batch 3", "batch 4"}));
}

TEST_F(EventsOfATraining, WithPrefetchEndWithTheLastStepWhenAStopIsAsked) {
  Study study = miniature_study(/*batch=*/10);
  study.training.prefetch = Prefetch::on;
  participant_ = test::PatientParticipant(/*give_up=*/2);
  EXPECT_EQ(events_of(study), (std::vector<std::string>{"draw 1", "draw 2", "batch 1", "batch 2"}));
}

TEST_F(TrainerTest, EndsAtTheFirstValidationThatReachesTheTarget) {
  Study study = with_validation(miniature_study(/*batch=*/10));
  study.training.stop.validation_loss = 0.1;
  const auto result = run(study, /*samples=*/20'000);
  EXPECT_TRUE(result.stopped);
  EXPECT_LE(result.validation->loss, 0.1);
  EXPECT_EQ(result.batches % 50, 0U);
  const auto& records = metrics_.records["validation"];
  for (std::size_t k = 0; k + 1 < records.size(); ++k) EXPECT_GT(records[k].values.at("loss"), 0.1);
}

TEST_F(TrainerTest, EndsInOrderWhenAskedToStop) {
  participant_ = test::PatientParticipant(/*give_up=*/30);
  const auto result = run(with_validation(miniature_study(/*batch=*/10)), /*samples=*/1000);
  EXPECT_TRUE(result.stopped);
  EXPECT_EQ(result.batches, 30U);
  EXPECT_TRUE(result.validation);
}

TEST_F(TrainerTest, ShowsProgressAfterEachRoundAndWarnsOfAConstantField) {
  Study study = miniature_study(/*batch=*/10);
  study.training.normalisation.kind = NormalisationKind::measured;
  study.training.normalisation.samples = 1;
  study.simulation.fields = {{"a", {1}, ""}, {"rest", {9}, ""}};
  ScriptedSource source(study, scripted_ids(study, 50));
  Trainer trainer(study, *collective_, source, participant_, metrics_, clock_);
  std::vector<std::size_t> samples;
  std::vector<std::string> warnings;
  trainer.on_progress([&](const TrainingProgress& now) { samples.push_back(now.samples); });
  trainer.on_warning([&](const std::string& text) { warnings.push_back(text); });
  trainer.run();
  EXPECT_EQ(samples, (std::vector<std::size_t>{10, 20, 30, 40, 50}));
  ASSERT_EQ(warnings.size(), 1U);
  EXPECT_NE(warnings[0].find("field 'a'"), std::string::npos);
}

/// Below its watermark for a while.
class SlowSource final : public SampleSource {
 public:
  SlowSource(const Study& study, std::size_t waits) : rest_(study, {}), waits_(waits) {}
  std::function<void()> waiting;
  Duration longest{};

  Offer offer(std::size_t batch) override {
    return waits_ > 0 ? Offer{Readiness::below, 0} : rest_.offer(batch);
  }
  void wait(Duration at_most) override {
    --waits_;
    longest = std::max(longest, at_most);
    waiting();
  }
  void draw(std::size_t count, Batch& batch) override { rest_.draw(count, batch); }
  std::size_t peek(std::size_t count, Batch& batch) override { return rest_.peek(count, batch); }
  Occupancy occupancy() const override { return rest_.occupancy(); }

 private:
  ScriptedSource rest_;
  std::size_t waits_;
};

TEST_F(TrainerTest, ShowsAPulseWhileItWaitsForSamples) {
  const Study study = miniature_study(/*batch=*/10);
  SlowSource source(study, /*waits=*/5);
  Trainer trainer(study, *collective_, source, participant_, metrics_, clock_);
  std::vector<std::uint64_t> pulses;
  source.waiting = [&] { pulses.push_back(trainer.pulse()); };
  trainer.run();
  EXPECT_EQ(pulses, (std::vector<std::uint64_t>{1, 2, 3, 4, 5}));
  EXPECT_LE(source.longest, std::chrono::seconds(1));
}

TEST_F(TrainerTest, LetsMetricsOutThatAreDueWhileItWaitsForSamples) {
  const Study study = miniature_study(/*batch=*/10);
  SlowSource source(study, /*waits=*/5);
  source.waiting = [] {};
  Trainer(study, *collective_, source, participant_, metrics_, clock_).run();
  EXPECT_EQ(metrics_.looks, 5u);
}

TEST_F(TrainerTest, ShowsAPulseWhileItValidates) {
  const auto pulse_after = [&](std::size_t validation_batch) {
    Study study = with_validation(miniature_study(/*batch=*/10));
    study.validation.batch = validation_batch;
    ScriptedSource source(study, scripted_ids(study, 10));
    Trainer trainer(study, *collective_, source, participant_, metrics_, clock_);
    trainer.run();
    return trainer.pulse();
  };
  EXPECT_EQ(pulse_after(/*validation_batch=*/10) - pulse_after(/*validation_batch=*/200), 19U);
}

TEST_F(TrainerTest, WritesACardThatSaysWhatTheModelIs) {
  const Study study = with_validation(miniature_study(/*batch=*/10));
  ScriptedSource source(study, scripted_ids(study, 100));
  Trainer trainer(study, *collective_, source, participant_, metrics_, clock_);
  trainer.export_model(folder_ / "model", trainer.run());
  const auto card =
      nlohmann::json::parse(posix_file_system().read(folder_ / "model" / "card.json"));
  EXPECT_EQ(card["name"], "miniature");
  ASSERT_EQ(card["inputs"].size(), 3U);
  EXPECT_EQ(card["inputs"][0]["bounds"], (std::vector<double>{100, 500}));
  EXPECT_NEAR(card["inputs"][2]["bounds"][1].get<double>(), 2.0, 1e-12);
  EXPECT_EQ(card["outputs"][1]["offset"], 6);
  EXPECT_EQ(card["outputs"][1]["shape"], (std::vector<int>{2, 2}));
  EXPECT_EQ(card["normalisation"]["fields"]["u"]["mean"], 300);
  EXPECT_GT(card["validation"]["mse"], 0);
  EXPECT_GT(card["validation"]["fields"]["v"]["maximum"], 0);
  EXPECT_EQ(card["validation"]["fields"]["v"]["steps"]["relative_l2"].size(), 20U);
  EXPECT_EQ(card["training"]["samples"], 100);
  EXPECT_EQ(card["provenance"]["seed"], 7);
}

TEST_F(TrainerTest, AFolderThatCannotBeWrittenIsAnEnvironmentError) {
  const Study study = miniature_study(/*batch=*/10);
  ScriptedSource source(study, {});
  Trainer trainer(study, *collective_, source, participant_, metrics_, clock_);
  const auto occupied = folder_ / "occupied";
  posix_file_system().replace(occupied, "a file, not a folder", 0600);
  try {
    trainer.export_model(occupied / "model", {});
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::environment);
  }
}

}  // namespace
}  // namespace weir

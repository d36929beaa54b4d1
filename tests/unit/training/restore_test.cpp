// A training that goes on from a captured state ends in the same bits as one that was never
// interrupted.

#include <array>
#include <cstdlib>
#include <iostream>
#include <optional>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <torch/torch.h>

#include "server/checkpoint/training_file.h"
#include "server/samples/dataset_source.h"
#include "server/training/trainer.h"
#include "src/core/error.h"
#include "src/study/names.h"
#include "tests/unit/collective/thread_collective.h"
#include "tests/unit/training/cutting.h"
#include "tests/unit/training/training_fixture.h"

namespace weir {
namespace {

using test::CuttingParticipant;
using test::expect_same;
using testing::HasSubstr;

constexpr std::size_t batches = 64, batch = 6;

Study study_with(OptimizerKind kind) {
  Study study = test::miniature_study(batch);
  study.training.optimizer.kind = kind;
  study.training.optimizer.momentum = 0.9;
  study.training.normalisation = {NormalisationKind::measured, {}, /*samples=*/40};
  study.training.schedule = {.kind = ScheduleKind::plateau, .factor = 0.7, .patience = 1};
  return study;
}

/// 20 of them, the first and the last possible among them; by night every one.
std::vector<std::size_t> cut_points() {
  if (std::getenv("WEIR_NIGHTLY") == nullptr)
    return {0, 1, 2, 3, 4, 7, 9, 10, 11, 15, 19, 20, 21, 30, 37, 44, 51, 58, 63, 64};
  std::vector<std::size_t> all(batches + 1);
  for (std::size_t k = 0; k < all.size(); ++k) all[k] = k;
  return all;
}

/// All that a training may remember besides: bf16, two batches a step, a norm that clips, a rate
/// that warms up, averages, patience.
Study with_everything(Study study) {
  study.training.precision = Precision::bf16;
  study.training.batch = batch / 2;
  study.training.accumulate = 2;
  study.training.loss.kind = LossKind::huber;
  study.training.loss.weights = {{"v", 2}};
  study.training.clip = 0.5;
  study.training.average = 0.9;
  study.training.schedule.warm_up = 100;
  study.training.schedule.ranks = RankScaling::linear;
  study.training.stop.patience = 7;
  return study;
}

class Restore : public testing::TestWithParam<std::tuple<OptimizerKind, std::size_t>> {
 protected:
  Restore() {
    test::write_data_set(folder_ / "validation.h5", study_, /*first=*/1000, /*simulations=*/2);
    study_.validation = {folder_ / "validation.h5", /*every=*/5, /*batch=*/16};
  }

  /// One training on all ranks, from `from` when there is one, to its last batch. Returns rank 0's
  /// state at the end.
  TrainingState train(const TrainingState* from, const std::vector<std::size_t>& cuts = {}) {
    TrainingState end;
    test::on_ranks(ranks_, [&](Collective& collective) {
      // The last batch of rank 1 is a smaller one.
      const bool first = collective.rank() == 0;
      test::ScriptedSource source(study_,
                                  test::scripted_ids(study_, batches * batch - (first ? 0 : 2)));
      CuttingParticipant participant(first, cuts);
      test::RememberingMetrics metrics;
      const ManualClock clock;
      Trainer trainer(study_, collective, source, participant, metrics, clock);
      if (from != nullptr) trainer.restore(*from);
      trainer.run();
      if (!first) return;
      end = trainer.capture();
      if (!cuts.empty()) states_ = std::move(participant.states);
    });
    return end;
  }

  const std::size_t ranks_ = std::get<1>(GetParam());
  test::TemporaryFolder folder_;
  Study study_ = study_with(std::get<0>(GetParam()));
  std::vector<TrainingState> states_;  ///< one a cut, of rank 0
};

TEST_P(Restore, GoesOnToTheSameBitsFromEveryCut) {
  const TrainingState uncut = train(nullptr);
  const auto points = cut_points();
  expect_same(train(nullptr, points), uncut);
  ASSERT_EQ(states_.size(), points.size());
  for (std::size_t k = 0; k < points.size(); ++k) {
    SCOPED_TRACE("from batch " + std::to_string(points[k]));
    EXPECT_EQ(states_[k].batch, points[k]);
    expect_same(train(&states_[k]), uncut);
  }
  std::cout << points.size() << " cut points of " << batches << " batches, " << uncut.tensors.size()
            << " tensors compared\n";
}

TEST_P(Restore, PrefetchingChangesNoBitWhereverItIsCut) {
  const TrainingState uncut = train(nullptr);
  study_.training.prefetch = Prefetch::on;
  const std::vector<std::size_t> points = {0, 1, 4, 5, 6, 23, 63, 64};
  expect_same(train(nullptr, points), uncut);
  for (std::size_t k = 0; k < points.size(); ++k) {
    SCOPED_TRACE("from batch " + std::to_string(points[k]));
    EXPECT_EQ(states_.at(k).batch, points[k]);
    expect_same(train(&states_.at(k)), uncut);
  }
}

TEST_P(Restore, GoesOnToTheSameBitsInBf16WithAveragesAccumulationAndPatience) {
  study_ = with_everything(study_);
  const TrainingState uncut = train(nullptr);
  const std::vector<std::size_t> points = {1, 8, 16, 23, 37, 52};
  expect_same(train(nullptr, points), uncut);
  for (std::size_t k = 0; k < points.size(); ++k) {
    SCOPED_TRACE("from batch " + std::to_string(points[k]));
    expect_same(train(&states_.at(k)), uncut);
  }
}

/// Nothing is learnt, so the patience ends where it began to count before the cut.
TEST_P(Restore, LosesNoPatienceAtACut) {
  study_.training.optimizer.learning_rate = 1e-30;
  study_.training.optimizer.weight_decay = 0;
  study_.training.schedule = {};
  study_.training.stop.patience = 4;
  const TrainingState uncut = train(nullptr, {18});
  EXPECT_EQ(uncut.batch, 5U * (1 + 4));
  EXPECT_EQ(train(&states_.at(0)).batch, uncut.batch);
}

TEST_P(Restore, OfAStateGivesThatState) {
  train(nullptr, {33});
  TrainingState again;
  test::on_ranks(ranks_, [&](Collective& collective) {
    test::ScriptedSource source(study_, {});
    test::PatientParticipant participant;
    test::RememberingMetrics metrics;
    const ManualClock clock;
    Trainer trainer(study_, collective, source, participant, metrics, clock);
    trainer.restore(states_[0]);
    if (collective.rank() == 0) again = trainer.capture();
  });
  expect_same(again, states_[0]);
}

INSTANTIATE_TEST_SUITE_P(OnRanks, Restore,
                         testing::Combine(testing::Values(OptimizerKind::adam, OptimizerKind::adamw,
                                                          OptimizerKind::sgd),
                                          testing::Values(1, 2)),
                         [](const auto& each) {
                           return std::string(name_of(std::get<0>(each.param))) + "_ranks" +
                                  std::to_string(std::get<1>(each.param));
                         });

/// One rank, no validation: what the trainer is handed, and what it refuses.
class RestoredTrainer : public testing::Test {
 protected:
  TrainingState state_at(std::size_t batch_number, const Study& study, SampleSource& source) {
    CuttingParticipant participant(/*first=*/true, {batch_number});
    Trainer trainer(study, *collective_, source, participant, metrics_, clock_);
    trainer.run();
    end_ = trainer.capture();
    return participant.states.at(0);
  }
  TrainingState state_at(std::size_t batch_number, const Study& study) {
    test::ScriptedSource source(study, test::scripted_ids(study, batches * batch));
    return state_at(batch_number, study, source);
  }
  TrainingState go_on(const TrainingState& state, const Study& study, SampleSource& source) {
    test::PatientParticipant participant;
    Trainer trainer(study, *collective_, source, participant, metrics_, clock_);
    trainer.restore(state);
    trainer.run();
    return trainer.capture();
  }
  /// What is wrong with restoring `state` into a training of `study`.
  std::string refusal(const TrainingState& state, const Study& study) {
    test::ScriptedSource source(study, {});
    try {
      go_on(state, study, source);
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::input);
      return error.what();
    }
    return "none";
  }

  test::TemporaryFolder folder_;
  std::unique_ptr<Collective> collective_ = make_single_collective();
  test::RememberingMetrics metrics_;
  const ManualClock clock_;
  const Study study_ = test::miniature_study(batch);
  TrainingState end_;
};

TEST_F(RestoredTrainer, NamesItsTensors) {
  const auto state = state_at(5, study_);
  std::vector<std::string> names;
  for (const auto& tensor : state.tensors) names.push_back(tensor.name);
  EXPECT_THAT(names, testing::IsSupersetOf({"model/layers.0.weight", "model/layers.2.bias",
                                            "optimizer/0/exp_avg", "optimizer/5/exp_avg_sq",
                                            "trainer/simulations"}));
}

/// Each rank draws other simulations; the state is rank 0's.
TEST(RestoreOnTwoRanks, KnowsTheSimulationsOfAllRanks) {
  const Study study = test::miniature_study(batch);
  const test::TemporaryFolder folder;
  std::vector<TrainingState> states;
  const auto simulations = [&](std::vector<std::size_t> cuts, std::size_t samples) {
    test::on_ranks(2, [&](Collective& collective) {
      const bool first = collective.rank() == 0;
      std::vector<SampleId> ids;
      for (std::size_t k = 0; k < samples; ++k) ids.push_back({2 * k + collective.rank(), 0});
      test::ScriptedSource source(study, ids);
      CuttingParticipant participant(first, cuts);
      test::RememberingMetrics metrics;
      const ManualClock clock;
      Trainer trainer(study, collective, source, participant, metrics, clock);
      if (!states.empty()) trainer.restore(states.back());
      const auto result = trainer.run();
      if (!first) return;
      if (!participant.states.empty()) states = std::move(participant.states);
      trainer.export_model(folder.path(), result);
    });
    const auto card = posix_file_system().read(folder / "card.json");
    return nlohmann::json::parse(card).at("training").at("simulations").get<std::size_t>();
  };
  EXPECT_EQ(simulations({1}, 2 * batch), 4 * batch);
  // The second server draws nothing new: what the first one cut at batch 1 is all there is.
  EXPECT_EQ(simulations({}, batch), 2 * batch);
}

/// At batch 0 the list of simulations is empty.
TEST_F(RestoredTrainer, GoesOnFromAStateThatWasInAFile) {
  for (const std::size_t cut : {0, 30}) {
    const auto state = state_at(cut, study_);
    write_training(posix_file_system(), folder_ / "training", state);
    test::ScriptedSource source(study_, test::scripted_ids(study_, batches * batch));
    const auto read =
        decode_training(posix_file_system().read(folder_ / "training"), "the test's file");
    expect_same(go_on(read, study_, source), end_);
  }
}

TEST_F(RestoredTrainer, CapturesIntoTheMemoryOfAStateThatHasEnded) {
  test::ScriptedSource source(study_, {});
  test::PatientParticipant participant;
  const Trainer trainer(study_, *collective_, source, participant, metrics_, clock_);
  const auto place_of = [](const TrainingState& state) { return state.tensors.at(2).bytes.data(); };
  auto state = trainer.capture();
  const auto* const first = place_of(state);
  const TrainingState beside = trainer.capture();
  EXPECT_NE(place_of(beside), first);
  state = {};
  EXPECT_EQ(place_of(trainer.capture()), first);
}

TEST_F(RestoredTrainer, RefusesAModelOfAnotherShape) {
  const auto state = state_at(5, study_);
  Study wider = study_;
  wider.training.model.hidden = {24, 32};
  const std::string text = refusal(state, wider);
  EXPECT_THAT(text, HasSubstr("'model/layers.1.weight'"));
  EXPECT_THAT(text, HasSubstr("f32 [24, 24]"));
  EXPECT_THAT(text, HasSubstr("f32 [32, 24]"));
}

TEST_F(RestoredTrainer, RefusesAStateThatLacksATensorOrHasOneTooMany) {
  auto state = state_at(5, study_);
  state.tensors.back().name = "model/other";
  state.tensors.erase(state.tensors.begin() + 1);
  EXPECT_THAT(refusal(state, study_), HasSubstr("no tensor 'model/layers.0.bias'"));
  state = state_at(5, study_);
  state.tensors.push_back(state.tensors[0]);
  state.tensors.back().name = "model/layers.9.weight";
  EXPECT_THAT(refusal(state, study_), HasSubstr("'model/layers.9.weight'"));
}

TEST_F(RestoredTrainer, RefusesATensorOfFewerBytesThanItsShapeSays) {
  auto state = state_at(5, study_);
  state.tensors[0].bytes.pop_back();
  EXPECT_THAT(refusal(state, study_), HasSubstr("'model/layers.0.weight'"));
}

TEST_F(RestoredTrainer, RefusesTheStateOfAnotherStudy) {
  const auto state = state_at(5, study_);
  Study other = study_;
  other.training.optimizer.kind = OptimizerKind::sgd;
  EXPECT_THAT(refusal(state, other), HasSubstr("optimizer \"adam\""));
  other = study_;
  other.seed = 8;
  EXPECT_THAT(refusal(state, other), HasSubstr("seed 7, this study has 8"));
}

TEST_F(RestoredTrainer, RefusesScalarsThatAreNotItsOwn) {
  auto state = state_at(5, study_);
  state.scalars = "{}";
  EXPECT_THAT(refusal(state, study_), HasSubstr("cannot be read"));
  state.scalars = "no JSON";
  EXPECT_THAT(refusal(state, study_), HasSubstr("cannot be read"));
}

TEST_F(RestoredTrainer, KeepsNumbersThatAreNotFinite) {
  Study diverging = study_;
  diverging.training.optimizer.kind = OptimizerKind::sgd;
  diverging.training.optimizer.learning_rate = 1e30;
  const auto state = state_at(33, diverging);
  test::ScriptedSource source(diverging, test::scripted_ids(diverging, batches * batch));
  EXPECT_EQ(go_on(state, diverging, source).scalars, end_.scalars);
}

TEST_F(RestoredTrainer, GoesOnInADataSetWhereItWas) {
  Study study = study_;
  study.training.source = Source::dataset;
  study.training.dataset = folder_ / "training.h5";
  study.training.epochs = 3;
  test::write_data_set(study.training.dataset, study, /*first=*/0, /*simulations=*/4);
  DatasetSource whole(study, 0, 1), rest(study, 0, 1);
  const auto state = state_at(/*batch_number=*/17, study, whole);
  expect_same(go_on(state, study, rest), end_);
}

TEST_F(RestoredTrainer, RecordsWhatAnUninterruptedTrainingRecords) {
  const auto file_metrics = [&] {
    return make_file_metrics(posix_file_system(), folder_ / "metrics.jsonl",
                             folder_ / "tensorboard", nullptr);
  };
  const auto records = [&] {
    std::istringstream in(posix_file_system().read(folder_ / "metrics.jsonl"));
    std::vector<std::string> lines;
    for (std::string line; std::getline(in, line);) {
      auto record = nlohmann::json::parse(line);
      for (const char* timed : {"seconds", "samples_per_second"}) record.erase(timed);
      lines.push_back(record.dump());
    }
    return lines;
  };
  const auto ids = test::scripted_ids(study_, batches * batch);
  test::ScriptedSource whole(study_, ids), rest(study_, ids);
  CuttingParticipant cutting(/*first=*/true, {33});
  {
    const auto metrics = file_metrics();
    Trainer(study_, *collective_, whole, cutting, *metrics, clock_).run();
  }
  const auto uninterrupted = records();
  ASSERT_EQ(uninterrupted.size(), 12U);  // one of each kind every ten batches
  {
    const auto metrics = file_metrics();
    test::PatientParticipant participant;
    Trainer trainer(study_, *collective_, rest, participant, *metrics, clock_);
    trainer.restore(cutting.states.at(0));
    EXPECT_EQ(records().size(), 6U);
    trainer.run();
  }
  EXPECT_EQ(records(), uninterrupted);
}

/// A model that draws from LibTorch's generator, say for dropout, as far as a step can tell.
class DrawingSource final : public SampleSource {
 public:
  DrawingSource(const Study& study, std::size_t samples)
      : scripted_(study, test::scripted_ids(study, samples)) {}
  std::vector<float> drawn;

  Offer offer(std::size_t size) override { return scripted_.offer(size); }
  void wait(Duration) override {}
  void draw(std::size_t count, Batch& to) override {
    scripted_.draw(count, to);
    drawn.push_back(torch::rand({1}).item<float>());
  }
  std::size_t peek(std::size_t count, Batch& to) override { return scripted_.peek(count, to); }
  void go_on_after(std::size_t steps, std::size_t size) override {
    scripted_.go_on_after(steps, size);
  }
  Occupancy occupancy() const override { return scripted_.occupancy(); }

 private:
  test::ScriptedSource scripted_;
};

TEST_F(RestoredTrainer, DrawsTheSameRandomNumbersInTheStepsThatFollow) {
  DrawingSource whole(study_, batches * batch), rest(study_, batches * batch);
  const auto state = state_at(/*batch_number=*/20, study_, whole);
  go_on(state, study_, rest);
  ASSERT_EQ(whole.drawn.size(), batches);
  EXPECT_NE(whole.drawn[20], whole.drawn[21]);
  EXPECT_EQ(rest.drawn, std::vector<float>(whole.drawn.begin() + 20, whole.drawn.end()));
}

}  // namespace
}  // namespace weir

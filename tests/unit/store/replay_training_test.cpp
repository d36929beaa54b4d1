// A training that was killed and restarted, and its replay, which nobody killed: the same weights
// to the bit.

#include <array>
#include <atomic>
#include <cstdlib>
#include <iostream>
#include <map>
#include <optional>
#include <thread>

#include <gtest/gtest.h>

#include "server/sampling/design.h"
#include "server/store/replay_source.h"
#include "server/store/sample_store.h"
#include "src/core/study_directory.h"
#include "tests/unit/collective/thread_collective.h"
#include "tests/unit/training/training_fixture.h"

namespace weir {
namespace {

using namespace test;

constexpr std::size_t batch = 6, simulations = 12;

class MiniatureDesign final : public Design {
 public:
  explicit MiniatureDesign(const Study& study) : study_(study) {}
  std::optional<std::vector<double>> parameters(std::uint64_t sim) const override {
    return parameters_of(study_, sim);
  }

 private:
  const Study& study_;
};

Study study_with(OptimizerKind kind) {
  Study study = miniature_study(batch);
  study.reproducible = true;
  study.buffer = {.kind = BufferKind::reservoir, .capacity = 40, .watermark = 12};
  study.training.optimizer.kind = kind;
  study.training.optimizer.momentum = 0.9;
  study.training.normalisation = {NormalisationKind::measured, {}, /*samples=*/20};
  return study;
}

/// A rank's part of a cut, as a checkpoint holds it.
struct Part {
  TrainingState training;  ///< rank 0's
  StoreState store;
  std::map<std::size_t, std::vector<float>> rows;
};

/// A rank's store and its aggregator's thread, which puts every sample that is not held.
class Rank {
 public:
  Rank(const Study& study, const Design& design, const StudyDirectory& directory, std::size_t rank,
       std::size_t ranks)
      : study_(study), rank_(rank), ranks_(ranks), store(study, design, rank, ranks) {
    store.log_lineage(posix_file_system(), directory.lineage(rank),
                      [](const std::string& text) { ADD_FAILURE() << text; });
  }
  ~Rank() { stop(); }

  void restore(const Part& part) {
    store.restore(part.store, std::vector<RowPlace>(part.store.samples.size()),
                  [&](std::size_t sample, std::span<float> row) {
                    std::copy(part.rows.at(sample).begin(), part.rows.at(sample).end(),
                              row.begin());
                  });
  }
  void start() {
    thread_ = std::thread([this] { aggregate(); });
  }
  void stop() {
    stop_ = true;
    if (thread_.joinable()) thread_.join();
  }
  bool all_put() const { return all_put_; }

 private:
  void aggregate() {
    for (std::uint64_t k = 0; k < simulations * study_.simulation.steps && !stop_; ++k) {
      const SampleId id{.sim = k / study_.simulation.steps, .step = k % study_.simulation.steps};
      if (rank_of(id, ranks_) == rank_) put(id);
    }
    all_put_ = !stop_;
  }
  void put(SampleId id) {
    auto begin = store.begin(id);
    while (begin.status == wire::BeginStatus::no_room && !stop_) {
      std::this_thread::yield();
      begin = store.begin(id);
    }
    if (begin.status != wire::BeginStatus::begun) return;
    const auto values = values_of(study_, id);
    std::copy(values.begin(), values.begin() + 6, store.row(begin.slot, 0));
    std::copy(values.begin() + 6, values.end(), store.row(begin.slot, 1));
    store.commit(begin.slot);
  }

  const Study& study_;
  const std::size_t rank_, ranks_;
  std::atomic<bool> stop_ = false, all_put_ = false;
  std::thread thread_;

 public:
  SampleStore store;
};

/// Takes a cut before batch `cut_at` + 1, and dies before batch `die_at` + 1.
class Participant final : public RoundParticipant {
 public:
  Participant(Rank& rank, std::size_t done, std::optional<std::size_t> cut_at,
              std::optional<std::size_t> die_at)
      : rank_(rank), done_(done), cut_at_(cut_at), die_at_(die_at) {}

  RoundInput before_round() override {
    RoundInput input;
    input.cut = !part.has_value() && cut_at_ && done_ >= *cut_at_;
    input.stop = die_at_ && done_ >= *die_at_;
    input.reception_over = rank_.all_put();
    input.events = {rank_.all_put()};
    return input;
  }
  void after_round(const Agreed& agreed) override {
    done_ += agreed.step;
    const bool all =
        std::find(agreed.events.begin(), agreed.events.end(), 0) == agreed.events.end();
    if (all) rank_.store.end_reception();
  }
  void cut(TrainingState state) override {
    const auto cut = rank_.store.cut();
    part.emplace(Part{.training = std::move(state), .store = cut->state(), .rows = {}});
    while (const auto sample = cut->next()) {
      part->rows[*sample].resize(cut->row_size());
      cut->read(*sample, part->rows[*sample]);
    }
  }

  std::optional<Part> part;

 private:
  Rank& rank_;
  std::size_t done_;
  std::optional<std::size_t> cut_at_, die_at_;
};

/// Calls `work` for each rank in a thread of its own.
void on_ranks(std::size_t ranks, const std::function<void(Collective&, std::size_t)>& work) {
  Meeting meeting(ranks);
  std::vector<std::thread> threads;
  for (std::size_t rank = 0; rank < ranks; ++rank) {
    threads.emplace_back([&, rank] {
      ThreadCollective collective(meeting, rank);
      work(collective, rank);
    });
  }
  for (auto& thread : threads) thread.join();
}

struct Ending {
  std::vector<float> weights;
  std::size_t batches = 0;
};

class KilledTraining {
 public:
  KilledTraining(OptimizerKind kind, std::size_t ranks)
      : study_(study_with(kind)), design_(study_), ranks_(ranks) {
    write_data_set(data(), study_, /*first=*/0, simulations);
  }

  /// One incarnation of the server: from `parts`, if there are any, to the end or its death.
  Ending run(std::optional<std::size_t> cut_at, std::optional<std::size_t> die_at) {
    std::vector<std::optional<Part>> parts(ranks_);
    Ending ending;
    on_ranks(ranks_, [&](Collective& collective, std::size_t r) {
      Rank rank(study_, design_, directory_, r, ranks_);
      if (parts_[0]) rank.restore(*parts_[r]);
      Participant participant(rank, parts_[0] ? parts_[0]->training.batch : 0, cut_at, die_at);
      RememberingMetrics metrics;
      const SystemClock clock;
      Trainer trainer(study_, collective, rank.store, participant, metrics, clock);
      if (parts_[0]) trainer.restore(parts_[0]->training);
      rank.start();
      const TrainingResult result = trainer.run();
      rank.stop();
      if (!die_at) rank.store.end_lineage(/*exhausted=*/!result.stopped);
      if (r == 0) ending = {weights_of(trainer, result), result.batches};
      parts[r] = std::move(participant.part);
    });
    parts_ = std::move(parts);
    return ending;
  }

  Ending replay() {
    Ending ending;
    on_ranks(ranks_, [&](Collective& collective, std::size_t r) {
      ReplaySource source(study_, posix_file_system(), directory_.lineage(r), data(), r, ranks_);
      RememberingMetrics metrics;
      const SystemClock clock;
      Trainer trainer(study_, collective, source, source, metrics, clock);
      const TrainingResult result = trainer.run();
      if (r == 0) ending = {weights_of(trainer, result), result.batches};
    });
    return ending;
  }

 private:
  std::filesystem::path data() const { return folder_ / "data.h5"; }

  TemporaryFolder folder_;
  StudyDirectory directory_{folder_.path()};
  Study study_;
  MiniatureDesign design_;
  std::size_t ranks_;
  std::vector<std::optional<Part>> parts_ = std::vector<std::optional<Part>>(4);
};

std::vector<std::size_t> kill_points() {
  if (std::getenv("WEIR_NIGHTLY") == nullptr) return {1, 13};
  return {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20};
}

class Replayed : public testing::TestWithParam<std::tuple<OptimizerKind, std::size_t>> {};

TEST_P(Replayed, EndsInTheWeightsOfTheTrainingThatWasKilled) {
  const auto [kind, ranks] = GetParam();
  std::size_t killed = 0, batches = 0;
  for (const std::size_t kill : kill_points()) {
    KilledTraining training(kind, ranks);
    // Batches that the cut does not know are trained on again, perhaps on other samples.
    training.run(/*cut_at=*/kill, /*die_at=*/kill + 2);
    const Ending ending = training.run(std::nullopt, std::nullopt);
    const Ending replay = training.replay();
    ASSERT_GT(ending.batches, kill);
    ASSERT_EQ(replay.batches, ending.batches) << "killed after batch " << kill;
    ASSERT_EQ(replay.weights, ending.weights) << "killed after batch " << kill;
    ++killed;
    batches += ending.batches;
  }
  std::cout << killed << " kills, " << batches << " batches, identical weights\n";
}

INSTANTIATE_TEST_SUITE_P(OptimisersAndRanks, Replayed,
                         testing::Combine(testing::Values(OptimizerKind::sgd, OptimizerKind::adam,
                                                          OptimizerKind::adamw),
                                          testing::Values(1, 2)));

}  // namespace
}  // namespace weir

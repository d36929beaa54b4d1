// A recorded run of a store and its replay from a data set: the same batches to the bit.

#include <atomic>
#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/store/replay_source.h"
#include "store_fixture.h"
#include "tests/support/refusal.h"
#include "tests/support/temporary_folder.h"

namespace weir {
namespace {

using namespace test;
using namespace std::chrono_literals;
using testing::HasSubstr;

const FakeDesign design;
constexpr std::size_t simulations = 12, steps = 100, batch_size = 7, peeked = 10;
constexpr auto deadline = 60s;

/// Everything that a trainer sees of a batch.
struct Seen {
  std::vector<SampleId> ids;
  std::vector<float> values;
  std::vector<double> parameters;
  bool operator==(const Seen&) const = default;
};

Seen seen_of(const OwnedBatch& batch) {
  const auto size = static_cast<std::ptrdiff_t>(batch.ids.size() * sample_size);
  return {batch.ids, {batch.values.begin(), batch.values.begin() + size}, batch.parameters};
}

/// What on_room() wakes.
class Bell {
 public:
  void ring() {
    const std::lock_guard lock(mutex_);
    rung_ = true;
    condition_.notify_one();
  }
  void wait() {
    std::unique_lock lock(mutex_);
    condition_.wait_for(lock, 10ms, [&] { return rung_; });
    rung_ = false;
  }

 private:
  std::mutex mutex_;
  std::condition_variable condition_;
  bool rung_ = false;
};

/// Up to three samples at a time are being filled; every tenth is abandoned and sent again.
void aggregate(SampleStore& store, Bell& bell, const std::atomic<bool>& stop) {
  std::vector<std::pair<wire::Slot, SampleId>> filling;
  const auto finish_one = [&] {
    fill_row(store, filling.front().first, filling.front().second);
    store.commit(filling.front().first);
    filling.erase(filling.begin());
  };
  for (std::uint64_t k = 0; k < simulations * steps && !stop; ++k) {
    const SampleId id{.sim = k / steps, .step = k % steps};
    auto begin = store.begin(id);
    while (begin.status == wire::BeginStatus::no_room && !stop) {
      filling.empty() ? bell.wait() : finish_one();
      begin = store.begin(id);
    }
    if (begin.status != wire::BeginStatus::begun) continue;
    if (k % 10 == 3) {
      store.abandon(begin.slot);
      begin = store.begin(id);
      if (begin.status != wire::BeginStatus::begun) continue;
    }
    filling.emplace_back(begin.slot, id);
    if (filling.size() == 3) finish_one();
  }
  if (stop) return;
  while (!filling.empty()) finish_one();
  store.end_reception();
}

class Recorded {
 public:
  explicit Recorded(BufferKind kind) : study(small_study(kind, /*capacity=*/40, /*watermark=*/15)) {
    study.reproducible = true;
    DataSetWriter writer(data(), study);
    std::vector<float> row(sample_size);
    for (std::uint64_t k = 0; k < simulations * steps; ++k) {
      const SampleId id{.sim = k / steps, .step = k % steps};
      for (std::size_t v = 0; v < sample_size; ++v) row[v] = value_of(id, v);
      writer.write(id, design.parameters(id.sim).value(), row);
    }
    writer.finish();
  }

  Path log() const { return folder / "lineage.0"; }
  Path data() const { return folder / "data.h5"; }

  std::unique_ptr<SampleStore> make_store() const {
    auto store = std::make_unique<SampleStore>(study, design, /*rank=*/0, /*ranks=*/1);
    store->log_lineage(posix_file_system(), log(),
                       [](const std::string& text) { ADD_FAILURE() << text; });
    return store;
  }

  /// Trains beside an aggregator until all is used up, or for `batches`; a cut every 20 batches.
  void run(SampleStore& store, std::size_t batches) {
    Bell bell;
    std::atomic<bool> stop = false;
    store.on_room([&] { bell.ring(); });
    std::thread aggregator([&] { aggregate(store, bell, stop); });
    train(store, batches);
    stop = true;
    aggregator.join();
    if (cut) keep_cut();
    store.on_room({});
  }

  void train(SampleStore& store, std::size_t batches) {
    OwnedBatch batch(peeked);
    const auto until = std::chrono::steady_clock::now() + deadline;
    while (seen.size() < batches && std::chrono::steady_clock::now() < until) {
      const Offer offer = store.offer(batch_size);
      if (offer.readiness == Readiness::over) return store.end_lineage(/*exhausted=*/true);
      if (offer.readiness == Readiness::below) {
        store.wait(10ms);
        continue;
      }
      if (seen.empty()) {
        store.peek(peeked, batch);
        first_look = seen_of(batch);
      }
      batch.number = seen.size() + 1;
      store.draw(offer.samples, batch);
      seen.push_back(seen_of(batch));
      if (seen.size() % 20 == 0) cut = store.cut();
    }
  }

  /// What a checkpoint writes: after all, hence many rows from their copies.
  void keep_cut() {
    state = cut->state();
    rows.clear();
    while (const auto sample = cut->next()) {
      rows[*sample].resize(sample_size);
      cut->read(*sample, rows[*sample]);
    }
    cut.reset();
  }

  /// What a server does that is started again at the last cut.
  std::unique_ptr<SampleStore> restart() {
    auto store = make_store();
    store->restore(state, std::vector<RowPlace>(state.samples.size()),
                   [&](std::size_t sample, std::span<float> row) {
                     std::copy(rows.at(sample).begin(), rows.at(sample).end(), row.begin());
                   });
    seen.resize(seen.size() / 20 * 20);
    return store;
  }

  Study study;
  TemporaryFolder folder;
  Seen first_look;
  std::vector<Seen> seen;
  std::unique_ptr<StoreCut> cut;
  StoreState state;  ///< of the last cut
  std::map<std::size_t, std::vector<float>> rows;
};

ReplaySource source_of(const Recorded& recorded) {
  return {recorded.study, posix_file_system(), recorded.log(), recorded.data(), /*rank=*/0,
          /*ranks=*/1};
}

/// The batches of a replay from batch `first` + 1 on.
std::vector<Seen> replayed(ReplaySource& replay, std::uint64_t first = 0) {
  std::vector<Seen> seen;
  OwnedBatch batch(peeked);
  for (Offer offer = replay.offer(batch_size); offer.readiness != Readiness::over;
       offer = replay.offer(batch_size)) {
    EXPECT_EQ(offer.readiness, Readiness::full);
    replay.after_round(Agreed{.step = true, .events = {}});
    batch.number = first + seen.size() + 1;
    replay.draw(offer.samples, batch);
    seen.push_back(seen_of(batch));
  }
  return seen;
}

class Replay : public testing::TestWithParam<BufferKind> {};

TEST_P(Replay, GivesTheBatchesOfTwoThreadsToTheBit) {
  Recorded recorded(GetParam());
  const auto store = recorded.make_store();
  recorded.run(*store, /*batches=*/100000);
  ASSERT_GE(recorded.seen.size(), simulations * steps / batch_size);
  ReplaySource replay = source_of(recorded);
  OwnedBatch look(peeked);
  replay.offer(batch_size);
  EXPECT_EQ(replay.peek(peeked, look), recorded.first_look.ids.size());
  EXPECT_EQ(seen_of(look), recorded.first_look);
  EXPECT_EQ(replayed(replay), recorded.seen);
  EXPECT_EQ(replay.occupancy().population(), 0u);
}

TEST_P(Replay, ScalesAsTheBatchSays) {
  Recorded recorded(GetParam());
  const auto store = recorded.make_store();
  recorded.run(*store, /*batches=*/100000);
  ReplaySource replay = source_of(recorded);
  OwnedBatch batch(batch_size);
  batch.number = 1;
  batch.scales = some_scales;
  replay.draw(replay.offer(batch_size).samples, batch);
  Seen expected = recorded.seen.front();
  expected.values = scaled(std::move(expected.values));
  EXPECT_EQ(seen_of(batch), expected);
}

TEST_P(Replay, GoesOverTheRestartOfAServer) {
  Recorded recorded(GetParam());
  auto store = recorded.make_store();
  recorded.run(*store, /*batches=*/50);
  ASSERT_EQ(recorded.seen.size(), 50u);
  store->cut();  // so that the log holds what is to be rolled back
  store = recorded.restart();
  recorded.run(*store, /*batches=*/100000);
  ReplaySource replay = source_of(recorded);
  EXPECT_EQ(replayed(replay), recorded.seen);
}

TEST_P(Replay, CanGoOnAfterABatch) {
  Recorded recorded(GetParam());
  const auto store = recorded.make_store();
  recorded.run(*store, /*batches=*/100000);
  ReplaySource replay = source_of(recorded);
  replay.go_on_after(30, batch_size);
  const std::vector<Seen> rest(recorded.seen.begin() + 30, recorded.seen.end());
  EXPECT_EQ(replayed(replay, /*first=*/30), rest);
}

INSTANTIATE_TEST_SUITE_P(Kinds, Replay,
                         testing::Values(BufferKind::fifo, BufferKind::firo,
                                         BufferKind::reservoir));

TEST(Replay, IsBelowInABatchToWhichTheRankGaveNothing) {
  Recorded recorded(BufferKind::fifo);
  const auto store = recorded.make_store();
  for (std::uint64_t step = 0; step < 20; ++step) put(*store, {0, step});
  OwnedBatch batch(batch_size);
  batch.number = 2;
  store->draw(store->offer(3).samples, batch);
  store->end_lineage(/*exhausted=*/false);
  ReplaySource replay = source_of(recorded);
  EXPECT_EQ(replay.offer(3).readiness, Readiness::below);
  replay.after_round(Agreed{.step = true, .events = {}});
  EXPECT_EQ(replay.offer(3).readiness, Readiness::full);
  EXPECT_EQ(replay.offer(3).samples, 3u);
}

class RefusedReplay : public testing::Test {
 protected:
  RefusedReplay() {
    const auto store = recorded_.make_store();
    recorded_.run(*store, /*batches=*/100000);
  }
  std::string text() {
    return test::refusal(ErrorKind::input, [&] {
      ReplaySource replay = source_of(recorded_);
      replayed(replay);
    });
  }
  Recorded recorded_{BufferKind::reservoir};
};

TEST_F(RefusedReplay, IsThatOfAnotherSeed) {
  recorded_.study.seed += 1;
  EXPECT_THAT(text(), HasSubstr("the study file is not the recorded one"));
}

TEST_F(RefusedReplay, IsThatOfAnotherCapacity) {
  recorded_.study.buffer.capacity = 41;
  EXPECT_THAT(text(), HasSubstr("takes another slot"));
}

TEST_F(RefusedReplay, IsThatFromADataSetWithoutASimulation) {
  DataSetWriter writer(recorded_.data(), recorded_.study);
  const std::vector<float> row(sample_size);
  for (std::uint64_t step = 0; step < steps; ++step) {
    writer.write({0, step}, design.parameters(0).value(), row);
  }
  writer.finish();
  EXPECT_THAT(text(), HasSubstr("the data set has no simulation 1"));
}

TEST_F(RefusedReplay, IsThatOfALogWithoutArrivals) {
  recorded_.study.reproducible = false;
  const auto store = recorded_.make_store();
  put(*store, {0, 0});
  store->end_lineage(/*exhausted=*/false);
  EXPECT_THAT(text(), HasSubstr("did not record its arrivals"));
}

TEST_F(RefusedReplay, IsThatOnAnotherNumberOfRanks) {
  EXPECT_THAT(test::refusal(ErrorKind::input,
                            [&] {
                              ReplaySource(recorded_.study, posix_file_system(), recorded_.log(),
                                           recorded_.data(), /*rank=*/1, /*ranks=*/2);
                            }),
              HasSubstr("rank 0 of 1, this is rank 1 of 2"));
}

}  // namespace
}  // namespace weir

// The aggregator's and the trainer's thread on one store. Under the thread sanitizer this is the
// test of the lock's edges.

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include <gtest/gtest.h>

#include "late_keeper.h"
#include "store_fixture.h"

namespace weir {
namespace {

using namespace test;
using namespace std::chrono_literals;

constexpr std::size_t simulations = 40, steps = 100, batch_size = 7;
constexpr auto deadline = 60s;

/// What on_room() wakes: the aggregator's channel stands for it in the server.
class Bell {
 public:
  void ring() {
    const std::lock_guard lock(mutex_);
    rung_ = true;
    condition_.notify_one();
  }
  bool wait() {
    std::unique_lock lock(mutex_);
    const bool rung = condition_.wait_for(lock, deadline, [&] { return rung_; });
    rung_ = false;
    return rung;
  }

 private:
  std::mutex mutex_;
  std::condition_variable condition_;
  bool rung_ = false;
};

/// Puts every sample twice, and has up to three being filled at a time.
bool aggregate(SampleStore& store, Bell& bell) {
  std::vector<std::pair<wire::Slot, SampleId>> filling;
  const auto finish_one = [&] {
    const auto [slot, id] = filling.front();
    filling.erase(filling.begin());
    fill_row(store, slot, id);
    store.commit(slot);
  };
  for (std::uint64_t k = 0; k < 2 * simulations * steps; ++k) {
    const SampleId id{.sim = k / 2 / steps, .step = k / 2 % steps};
    auto begin = store.begin(id);
    while (begin.status == wire::BeginStatus::no_room) {
      if (!filling.empty()) {
        finish_one();
      } else if (!bell.wait()) {
        return false;
      }
      begin = store.begin(id);
    }
    if (begin.status == wire::BeginStatus::begun) filling.emplace_back(begin.slot, id);
    if (filling.size() == 3) finish_one();
  }
  while (!filling.empty()) finish_one();
  return true;
}

struct Trained {
  std::size_t wrong = 0, draws = 0;
  std::vector<int> times = std::vector<int>(simulations * steps);
  bool over = false;
};

/// The rows of the batch, as the keeper has them.
void take_rows(OwnedBatch& batch, const LateKeeper& keeper) {
  for (std::size_t b = 0; b < batch.ids.size(); ++b) {
    const auto& row = keeper.row(batch.slots[b]);
    std::copy(row.begin(), row.end(), batch.values.data() + b * sample_size);
  }
}

Trained train(SampleStore& store, LateKeeper* keeper) {
  Trained trained;
  OwnedBatch batch(batch_size);
  batch.keeper = keeper;
  const auto until = std::chrono::steady_clock::now() + deadline;
  while (std::chrono::steady_clock::now() < until) {
    const Offer offer = store.offer(batch_size);
    if (offer.readiness == Readiness::over) {
      trained.over = true;
      break;
    }
    if (offer.readiness == Readiness::below) {
      store.wait(10s);
      continue;
    }
    store.draw(offer.samples, batch);
    if (keeper != nullptr) take_rows(batch, *keeper);
    trained.wrong += wrong_values(batch);
    trained.draws += batch.ids.size();
    for (const auto id : batch.ids) ++trained.times[id.sim * steps + id.step];
  }
  return trained;
}

struct Case {
  BufferKind kind;
  std::size_t capacity, watermark;
};

class SampleStoreThreads : public testing::TestWithParam<Case> {
 protected:
  static void lose_nothing(LateKeeper* keeper);
};

TEST_P(SampleStoreThreads, LoseTearAndInventNothing) { lose_nothing(/*keeper=*/nullptr); }

TEST_P(SampleStoreThreads, LeaveRowsAloneUntilTheirKeeperHasSettled) {
  LateKeeper keeper(sample_size);
  lose_nothing(&keeper);
  EXPECT_GE(keeper.taken(), simulations * steps);
}

void SampleStoreThreads::lose_nothing(LateKeeper* keeper) {
  const Study study = small_study(GetParam().kind, GetParam().capacity, GetParam().watermark);
  const FakeDesign design;
  SampleStore store(study, design, /*rank=*/0, /*ranks=*/1);
  Bell bell;
  store.on_room([&] { bell.ring(); });
  std::atomic<bool> all_put = false;
  std::thread aggregator([&] {
    all_put = aggregate(store, bell);
    store.end_reception();
  });
  const Trained trained = train(store, keeper);
  aggregator.join();

  EXPECT_TRUE(all_put);
  EXPECT_TRUE(trained.over);
  EXPECT_EQ(trained.wrong, 0u);
  EXPECT_EQ(store.counts().unique, simulations * steps);
  for (std::size_t k = 0; k < trained.times.size(); ++k)
    EXPECT_GE(trained.times[k], 1) << "sample " << k;
  if (GetParam().kind != BufferKind::reservoir) {
    EXPECT_EQ(trained.draws, simulations * steps);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Buffers, SampleStoreThreads,
    testing::Values(Case{BufferKind::fifo, 50, 10}, Case{BufferKind::firo, 50, 20},
                    Case{BufferKind::reservoir, 50, 20}, Case{BufferKind::reservoir, 50, 50},
                    Case{BufferKind::reservoir, 2, 1}, Case{BufferKind::reservoir, 1, 1}));

}  // namespace
}  // namespace weir

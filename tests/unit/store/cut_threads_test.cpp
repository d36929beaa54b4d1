// Cuts that are written beside aggregator and trainer: rows are those of the cut, whatever arrives
// meanwhile. Under the thread sanitizer this is the test of copy on overwrite.

#include <atomic>
#include <condition_variable>
#include <cstdlib>
#include <iostream>
#include <mutex>
#include <thread>

#include <gtest/gtest.h>

#include "store_fixture.h"

namespace weir {
namespace {

using namespace test;
using namespace std::chrono_literals;

constexpr std::size_t steps = 100, batch_size = 7, batches_per_cut = 10;
constexpr auto deadline = 60s;

bool nightly() { return std::getenv("WEIR_NIGHTLY") != nullptr; }

/// The thread `weir-checkpoint`: takes a cut, reads its rows, and says that it may be published.
class Writer {
 public:
  Writer() : thread_([this] { work(); }) {}
  ~Writer() {
    {
      const std::lock_guard lock(mutex_);
      over_ = true;
    }
    changed_.notify_all();
    thread_.join();
  }

  void write(std::unique_ptr<StoreCut> cut) {
    const std::lock_guard lock(mutex_);
    cut_ = std::move(cut);
    written_ = false;
    changed_.notify_all();
  }
  /// The cut given last, once its rows were read; null when none was given, or after the deadline.
  std::unique_ptr<StoreCut> written() {
    std::unique_lock lock(mutex_);
    if (!cut_ || !changed_.wait_for(lock, deadline, [&] { return written_; })) return nullptr;
    return std::move(cut_);
  }

  std::atomic<std::size_t> rows = 0, wrong = 0;

 private:
  void work() {
    std::unique_lock lock(mutex_);
    while (true) {
      changed_.wait(lock, [&] { return over_ || (cut_ && !written_); });
      if (over_) return;
      StoreCut& cut = *cut_;
      lock.unlock();
      read(cut);
      lock.lock();
      written_ = true;
      changed_.notify_all();
    }
  }

  void read(StoreCut& cut) {
    std::vector<float> row(cut.row_size());
    while (const auto sample = cut.next()) {
      cut.read(*sample, row);
      for (std::size_t k = 0; k < row.size(); ++k) {
        wrong += row[k] != value_of(cut.state().samples[*sample].id, k);
      }
      ++rows;
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::unique_ptr<StoreCut> cut_;
  bool written_ = false, over_ = false;
  std::thread thread_;
};

/// Puts every sample once.
void aggregate(SampleStore& store, std::size_t simulations, const std::atomic<bool>& stop) {
  for (std::uint64_t k = 0; k < simulations * steps && !stop; ++k) {
    const SampleId id{.sim = k / steps, .step = k % steps};
    while (store.room() == 0 && !stop) std::this_thread::yield();
    if (!stop) put(store, id);
  }
  store.end_reception();
}

std::vector<RowPlace> places_of(const StoreCut& cut, std::uint64_t segment) {
  std::vector<RowPlace> places;
  for (std::uint64_t k = 0; k < cut.state().samples.size(); ++k) {
    places.push_back(cut.places()[k].value_or(RowPlace{segment, k}));
  }
  return places;
}

class CutsBesideThreads : public testing::TestWithParam<BufferKind> {};

TEST_P(CutsBesideThreads, HoldTheRowsOfTheirMoment) {
  const std::size_t simulations = nightly() ? 900 : 60;
  const Study study = small_study(GetParam(), /*capacity=*/60, /*watermark=*/20);
  const FakeDesign design;
  SampleStore store(study, design, /*rank=*/0, /*ranks=*/1);
  std::atomic<bool> stop = false;
  std::size_t wrong = 0, batches = 0, cuts = 0, reused = 0;
  bool over = false;
  Writer writer;
  const auto publish = [&] {
    if (const auto cut = writer.written()) {
      store.published(cut->state(), places_of(*cut, ++cuts));
      for (const auto& place : cut->places()) reused += place.has_value();
    }
  };
  std::thread aggregator([&] { aggregate(store, simulations, stop); });
  OwnedBatch batch(batch_size);
  const auto until = std::chrono::steady_clock::now() + deadline;
  while (!over && std::chrono::steady_clock::now() < until) {
    const Offer offer = store.offer(batch_size);
    over = offer.readiness == Readiness::over;
    if (offer.samples == 0) {
      store.wait(10ms);
      continue;
    }
    if (batches++ % batches_per_cut == 0) {
      publish();
      writer.write(store.cut());
    }
    store.draw(offer.samples, batch);
    wrong += wrong_values(batch);
  }
  stop = true;
  aggregator.join();
  publish();
  std::cout << cuts << " cuts, " << writer.rows << " rows read, " << reused << " reused\n";
  EXPECT_TRUE(over);
  EXPECT_EQ(wrong, 0u);
  EXPECT_EQ(writer.wrong, 0u);
  EXPECT_GT(writer.rows, 1000u);
  EXPECT_EQ(cuts, (batches + batches_per_cut - 1) / batches_per_cut);
  EXPECT_EQ(store.counts().unique, simulations * steps);
}

INSTANTIATE_TEST_SUITE_P(Kinds, CutsBesideThreads,
                         testing::Values(BufferKind::fifo, BufferKind::firo,
                                         BufferKind::reservoir));

}  // namespace
}  // namespace weir

// The lineage log: what a store writes, what a reader and the check make of it.

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "src/core/error.h"
#include "src/core/lineage_check.h"
#include "src/core/lineage_file.h"
#include "store_fixture.h"
#include "tests/support/faulty_file_system.h"
#include "tests/support/temporary_folder.h"

namespace weir {
namespace {

using namespace test;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Kind = LineageEvent::Kind;

const FakeDesign design;

std::vector<LineageEvent> events_of(const Path& path) {
  LineageReader reader(posix_file_system(), path);
  std::vector<LineageEvent> events;
  while (const auto* event = reader.next()) events.push_back(*event);
  return events;
}

LineageEvent event(Kind kind, std::uint64_t number = 0, std::vector<SampleId> ids = {}) {
  return {.kind = kind, .number = number, .ids = std::move(ids)};
}

class Lineage : public testing::Test {
 protected:
  Path log() const { return StudyDirectory{folder_.path()}.lineage(0); }

  std::unique_ptr<SampleStore> make(FileSystem& files = posix_file_system()) {
    auto store = std::make_unique<SampleStore>(study_, design, /*rank=*/0, /*ranks=*/1);
    store->log_lineage(files, log(), [this](const std::string& text) { warnings_ += text + "\n"; });
    return store;
  }
  /// One batch of a training that offers before each draw.
  void draw(SampleStore& store, std::size_t count) {
    OwnedBatch batch(count);
    batch.number = ++batches_;
    store.draw(store.offer(count).samples, batch);
  }
  /// Puts `count` samples of `sim`, then ends reception and draws all.
  void run_to_the_end(SampleStore& store, std::uint64_t sim, std::uint64_t count) {
    for (std::uint64_t step = 0; step < count; ++step) put(store, {sim, step});
    store.end_reception();
    while (store.offer(2).readiness != Readiness::over) draw(store, 2);
    store.end_lineage(/*exhausted=*/true);
    save_ledger(store);
  }
  void save_ledger(SampleStore& store) {
    store.ledger().save(posix_file_system(), StudyDirectory{folder_.path()}.ledger(0));
  }
  LineageReport check() {
    return check_lineage(posix_file_system(), StudyDirectory{folder_.path()});
  }
  /// Rows are of no interest here.
  static void restore(SampleStore& store, const StoreState& state) {
    store.restore(state, std::vector<RowPlace>(state.samples.size()),
                  [](std::size_t, std::span<float>) {});
  }
  /// Events in place of what a store would write.
  void write(const std::string& events) {
    const LineageHeader header{.reproducible = false, .steps = 100, .rank = 0, .ranks = 1};
    std::ofstream(log(), std::ios::binary) << lineage::encode(header) << lineage::frame(events);
  }

  TemporaryFolder folder_;
  Study study_ = small_study(BufferKind::fifo, /*capacity=*/20, /*watermark=*/1);
  std::string warnings_;
  std::uint64_t batches_ = 0;
};

TEST_F(Lineage, SaysWhichBatchTrainedOnWhat) {
  auto store = make();
  run_to_the_end(*store, /*sim=*/3, /*count=*/3);
  EXPECT_THAT(events_of(log()),
              ElementsAre(event(Kind::reception_over), event(Kind::draw, 1, {{3, 0}, {3, 1}}),
                          event(Kind::draw, 2, {{3, 2}}), event(Kind::end, 1)));
}

TEST_F(Lineage, OfAReproducibleStudyHasEveryArrivalInItsOrder) {
  study_.reproducible = true;
  auto store = make();
  const auto one = store->begin({3, 0}), other = store->begin({3, 1});
  store->commit(other.slot);
  store->abandon(one.slot);
  OwnedBatch batch(9);
  store->peek(9, batch);
  draw(*store, 1);
  store->end_lineage(/*exhausted=*/false);
  EXPECT_THAT(events_of(log()),
              ElementsAre(event(Kind::begin, 0, {{3, 0}}), event(Kind::begin, 1, {{3, 1}}),
                          event(Kind::commit, 1), event(Kind::abandon, 0), event(Kind::peek, 9),
                          event(Kind::unpinned), event(Kind::draw, 1, {{3, 1}}),
                          event(Kind::unpinned), event(Kind::end)));
}

TEST_F(Lineage, IsRolledBackWithTheStore) {
  std::unique_ptr<StoreCut> cut;
  auto store = make();
  for (std::uint64_t step = 0; step < 6; ++step) put(*store, {0, step});
  draw(*store, 2);
  cut = store->cut();
  const StoreState state = cut->state();
  cut.reset();
  draw(*store, 2);
  store->cut();  // what came after the first cut is in the file as well
  batches_ = 1;

  store = make();
  restore(*store, state);
  store->end_reception();
  while (store->offer(4).readiness != Readiness::over) draw(*store, 4);
  store->end_lineage(/*exhausted=*/true);
  save_ledger(*store);
  EXPECT_THAT(events_of(log()), ElementsAre(event(Kind::draw, 1, {{0, 0}, {0, 1}}),
                                            event(Kind::restored), event(Kind::reception_over),
                                            event(Kind::draw, 2, {{0, 2}, {0, 3}, {0, 4}, {0, 5}}),
                                            event(Kind::end, 1)));
  EXPECT_THAT(check().problems, IsEmpty());
}

TEST_F(Lineage, IsStartedAnewByAServerThatHasNoCut) {
  auto store = make();
  put(*store, {0, 0});
  draw(*store, 1);
  store->cut();
  batches_ = 0;
  store = make();
  run_to_the_end(*store, /*sim=*/5, /*count=*/1);
  EXPECT_THAT(events_of(log()), ElementsAre(event(Kind::reception_over),
                                            event(Kind::draw, 1, {{5, 0}}), event(Kind::end, 1)));
}

TEST_F(Lineage, ThatIsShorterThanAtTheCutSaysThatEventsAreMissing) {
  auto store = make();
  put(*store, {0, 0});
  draw(*store, 1);
  const StoreState state = store->cut()->state();
  std::filesystem::resize_file(log(), state.history_bytes - 1);
  store = make();
  restore(*store, state);
  store->end_lineage(/*exhausted=*/false);
  EXPECT_THAT(events_of(log()),
              ElementsAre(event(Kind::gap), event(Kind::restored), event(Kind::end)));
}

TEST_F(Lineage, OnAFullDiskCostsEventsNoSamplesAndOneWarning) {
  FaultyFileSystem disk(posix_file_system(), /*first_failure=*/2);  // header, then a frame
  auto store = make(disk);
  for (std::uint64_t step = 0; step < 10; ++step) put(*store, {0, step});
  draw(*store, 2);
  store->cut();
  for (int k = 0; k < 2; ++k) {
    draw(*store, 2);
    EXPECT_EQ(store->cut()->state().history_bytes, 0u);
  }
  disk.repair();
  store->end_reception();
  while (store->offer(2).readiness != Readiness::over) draw(*store, 2);
  store->end_lineage(/*exhausted=*/true);
  save_ledger(*store);
  EXPECT_THAT(events_of(log()),
              ElementsAre(event(Kind::draw, 1, {{0, 0}, {0, 1}}), event(Kind::gap),
                          event(Kind::reception_over), event(Kind::draw, 4, {{0, 6}, {0, 7}}),
                          event(Kind::draw, 5, {{0, 8}, {0, 9}}), event(Kind::end, 1)));
  EXPECT_EQ(std::count(warnings_.begin(), warnings_.end(), '\n'), 1);
  EXPECT_THAT(warnings_, HasSubstr("no space left"));
  EXPECT_THAT(check().problems, Contains(HasSubstr("incomplete: events after batch 1")));
}

TEST_F(Lineage, ThatIsCutAnywhereGivesItsWholeFramesAndNoMore) {
  auto store = make();
  for (std::uint64_t step = 0; step < 8; ++step) put(*store, {0, step});
  for (int k = 0; k < 4; ++k) {
    draw(*store, 2);
    store->cut();  // a frame each
  }
  const auto whole = events_of(log());
  ASSERT_EQ(whole.size(), 4u);
  const std::string bytes = posix_file_system().read(log());
  std::size_t last = 4;
  for (std::size_t size = bytes.size(); size-- > lineage::header_size;) {
    std::filesystem::resize_file(log(), size);
    const auto events = events_of(log());
    ASSERT_LE(events.size(), last);
    last = events.size();
    ASSERT_TRUE(std::equal(events.begin(), events.end(), whole.begin())) << size;
  }
  EXPECT_EQ(last, 0u);
}

TEST_F(Lineage, WithAnyByteDamagedGivesNoWrongEvent) {
  auto store = make();
  for (std::uint64_t step = 0; step < 4; ++step) put(*store, {0, step});
  for (int k = 0; k < 2; ++k) {
    draw(*store, 2);
    store->cut();
  }
  const auto whole = events_of(log());
  const std::string bytes = posix_file_system().read(log());
  for (std::size_t k = 0; k < bytes.size(); ++k) {
    std::string damaged = bytes;
    damaged[k] = static_cast<char>(damaged[k] ^ 0x10);
    std::ofstream(log(), std::ios::binary) << damaged;
    if (k < lineage::header_size) {
      EXPECT_THROW(events_of(log()), Error) << k;
      continue;
    }
    const auto events = events_of(log());
    ASSERT_LT(events.size(), whole.size()) << k;
    ASSERT_TRUE(std::equal(events.begin(), events.end(), whole.begin())) << k;
  }
}

TEST_F(Lineage, OfATrainingThatEndedIsFoundGood) {
  study_ = small_study(BufferKind::reservoir, /*capacity=*/5, /*watermark=*/2);
  auto store = make();
  for (std::uint64_t step = 0; step < 50; ++step) {
    while (store->room() == 0) draw(*store, 3);
    put(*store, {0, step});
  }
  run_to_the_end(*store, /*sim=*/1, /*count=*/0);
  const LineageReport report = check();
  EXPECT_THAT(report.problems, IsEmpty());
  EXPECT_EQ(report.batches, batches_);
  EXPECT_EQ(report.trained, 50u);
  EXPECT_EQ(report.untrained, 0u);
  EXPECT_TRUE(report.exhausted);
}

TEST_F(Lineage, CanBeListedByBatch) {
  auto store = make();
  run_to_the_end(*store, /*sim=*/3, /*count=*/3);
  std::vector<std::pair<std::uint64_t, SampleId>> listed;
  for_each_drawn(posix_file_system(), StudyDirectory{folder_.path()},
                 [&](std::uint64_t batch, SampleId id) { listed.emplace_back(batch, id); });
  EXPECT_THAT(listed, ElementsAre(std::pair(1u, SampleId{3, 0}), std::pair(1u, SampleId{3, 1}),
                                  std::pair(2u, SampleId{3, 2})));
}

TEST_F(Lineage, WithWrongDrawsIsFoundOut) {
  Ledger ledger(/*steps=*/100, /*rank=*/0, /*ranks=*/1);
  for (std::uint64_t step = 0; step < 3; ++step) ledger.accept({0, step});
  ledger.save(posix_file_system(), StudyDirectory{folder_.path()}.ledger(0));
  std::string events;
  const auto draw_of = [&](std::uint64_t batch, SampleId id) {
    lineage::append(events, Kind::draw, batch, std::vector{id});
  };
  draw_of(1, {0, 0});
  draw_of(3, {0, 100});
  draw_of(3, {7, 7});
  draw_of(4, {0, 1});
  lineage::append(events, Kind::end, 1);
  write(events);
  EXPECT_THAT(
      check().problems,
      ElementsAre("rank 0: batch 3 trained on step 100 of simulation 0, which the study "
                  "does not have",
                  "rank 0: batch 3 follows batch 3",
                  "rank 0: batch 3 trained on step 7 of simulation 7, which the ledger "
                  "does not know",
                  "rank 0: no batch trained on step 2 of simulation 0", "no rank has batch 2"));
}

TEST_F(Lineage, OfSeveralRanksIsReadTogether) {
  const StudyDirectory directory{folder_.path()};
  for (std::uint64_t rank = 0; rank < 2; ++rank) {
    Ledger ledger(/*steps=*/100, rank, /*ranks=*/2);
    ledger.accept({0, rank});
    ledger.save(posix_file_system(), directory.ledger(rank));
    std::string events;
    lineage::append(events, Kind::draw, /*number=*/2 - rank, std::vector{SampleId{0, rank}});
    lineage::append(events, Kind::end, 1);
    const LineageHeader header{.reproducible = false, .steps = 100, .rank = rank, .ranks = 2};
    std::ofstream(directory.lineage(rank), std::ios::binary)
        << lineage::encode(header) << lineage::frame(events);
  }
  EXPECT_THAT(check().problems, IsEmpty());
  std::vector<std::uint64_t> batches, steps;
  for_each_drawn(posix_file_system(), directory, [&](std::uint64_t batch, SampleId id) {
    batches.push_back(batch);
    steps.push_back(id.step);
  });
  EXPECT_THAT(batches, ElementsAre(1, 2));
  EXPECT_THAT(steps, ElementsAre(1, 0));
}

TEST_F(Lineage, OfASampleOfAnotherRankIsFoundOut) {
  const StudyDirectory directory{folder_.path()};
  Ledger ledger(/*steps=*/100, /*rank=*/0, /*ranks=*/2);
  ledger.save(posix_file_system(), directory.ledger(0));
  Ledger(/*steps=*/100, /*rank=*/1, /*ranks=*/2).save(posix_file_system(), directory.ledger(1));
  for (std::uint64_t rank = 0; rank < 2; ++rank) {
    std::string events;
    lineage::append(events, Kind::draw, /*number=*/1, std::vector{SampleId{0, 1}});
    const LineageHeader header{.reproducible = false, .steps = 100, .rank = rank, .ranks = 2};
    std::ofstream(directory.lineage(rank), std::ios::binary)
        << lineage::encode(header) << lineage::frame(events);
  }
  EXPECT_THAT(check().problems, Contains(HasSubstr("rank 0: batch 1 trained on step 1 of "
                                                   "simulation 0, of another rank")));
}

}  // namespace
}  // namespace weir

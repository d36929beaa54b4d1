#include "server/store/sample_store.h"

#include <limits>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "late_keeper.h"
#include "src/core/error.h"
#include "store_fixture.h"

namespace weir {
namespace {

using namespace test;
using testing::ElementsAre;
using testing::HasSubstr;
using wire::BeginStatus;
using wire::CommitStatus;

const FakeDesign design;

SampleStore store_of(const Study& study) { return {study, design, /*rank=*/0, /*ranks=*/1}; }

void fill(SampleStore& store, std::size_t count, std::uint64_t sim = 0) {
  for (std::uint64_t step = 0; step < count; ++step)
    ASSERT_EQ(put(store, {sim, step}), CommitStatus::accepted);
}

TEST(SampleStore, GivesBackWhatWasPutIn) {
  SampleStore store = store_of(small_study(BufferKind::fifo, /*capacity=*/5, /*watermark=*/0));
  fill(store, 3, /*sim=*/7);
  OwnedBatch batch(3);
  store.draw(3, batch);
  EXPECT_THAT(batch.ids, ElementsAre(SampleId{7, 0}, SampleId{7, 1}, SampleId{7, 2}));
  EXPECT_EQ(wrong_values(batch), 0u);
}

TEST(SampleStore, GivesTheTimeThatWasSaidOfAStepElseTheStudysAxis) {
  Study study = small_study(BufferKind::fifo, /*capacity=*/5, /*watermark=*/0);
  study.simulation.time = {.first = 1, .step = 0.25, .sent = true, .unit = ""};
  SampleStore store = store_of(study);
  for (const std::uint64_t step : {2, 3}) {
    const auto begin = store.begin({0, step});
    fill_row(store, begin.slot, {0, step});
    if (step == 3) store.set_time(begin.slot, 7.5);
    ASSERT_EQ(store.commit(begin.slot), CommitStatus::accepted);
  }
  OwnedBatch batch(2);
  store.draw(2, batch);
  EXPECT_THAT(batch.times, ElementsAre(1.5, 7.5));
}

/// Of the values of the samples of a batch, those that the keeper has not.
std::size_t wrong_values(const Batch& batch, const LateKeeper& keeper) {
  std::size_t wrong = 0;
  for (std::size_t b = 0; b < batch.ids.size(); ++b)
    for (std::size_t k = 0; k < sample_size; ++k)
      wrong += keeper.row(batch.slots.at(b))[k] != value_of(batch.ids[b], k);
  return wrong;
}

TEST(SampleStore, GivesAKeeperEachRowOnceAndTheBatchItsSlots) {
  SampleStore store = store_of(small_study(BufferKind::reservoir, /*capacity=*/5, /*watermark=*/0));
  fill(store, 5);
  LateKeeper keeper(sample_size);
  Batch batch;
  batch.keeper = &keeper;
  batch.scales = some_scales;  // for who gathers the rows
  for (int k = 0; k < 20; ++k) {
    store.draw(3, batch);
    ASSERT_EQ(batch.ids.size(), 3u);
    EXPECT_EQ(wrong_values(batch, keeper), 0u);
    EXPECT_EQ(batch.parameters.size(), 6u);
  }
  EXPECT_EQ(keeper.taken(), 5u);
  fill(store, 5, /*sim=*/1);  // in the slots of the others
  for (int k = 0; k < 20; ++k) {
    store.draw(3, batch);
    EXPECT_EQ(wrong_values(batch, keeper), 0u);
  }
  EXPECT_EQ(keeper.taken(), 10u);
}

TEST(SampleStore, SaysWhereItsRowsLie) {
  SampleStore store = store_of(small_study(BufferKind::fifo, /*capacity=*/5, /*watermark=*/0));
  const auto memory = store.memory();
  ASSERT_EQ(memory.size(), 2u);
  EXPECT_EQ(memory[0].data(), store.row(0, 0));
  EXPECT_EQ(memory[0].size(), 5u * 32);
  EXPECT_EQ(memory[1].data(), store.row(0, 1));
  EXPECT_EQ(memory[1].size(), 5u * 3);
}

TEST(SampleStore, AcceptsASampleOnce) {
  SampleStore store = store_of(small_study(BufferKind::reservoir, /*capacity=*/5, /*watermark=*/0));
  EXPECT_EQ(put(store, {1, 2}), CommitStatus::accepted);
  EXPECT_EQ(store.begin({1, 2}).status, BeginStatus::duplicate);
  EXPECT_EQ(store.counts().unique, 1u);
  EXPECT_EQ(store.counts().duplicate, 1u);
}

TEST(SampleStore, KeepsTheFirstOfTwoCopiesThatAreFilledSideBySide) {
  SampleStore store = store_of(small_study(BufferKind::reservoir, /*capacity=*/5, /*watermark=*/0));
  const auto one = store.begin({1, 2}), other = store.begin({1, 2});
  EXPECT_EQ(store.commit(other.slot), CommitStatus::accepted);
  EXPECT_EQ(store.commit(one.slot), CommitStatus::duplicate);
  EXPECT_EQ(store.occupancy().population(), 1u);
  EXPECT_EQ(store.occupancy().free, 4u);
}

TEST(SampleStore, FreesASlotThatIsAbandonedAndForgetsItsSample) {
  SampleStore store = store_of(small_study(BufferKind::reservoir, /*capacity=*/1, /*watermark=*/0));
  store.abandon(store.begin({0, 0}).slot);
  EXPECT_EQ(store.room(), 1u);
  EXPECT_EQ(put(store, {0, 0}), CommitStatus::accepted);
}

TEST(SampleStore, HasNoRoomWhenAllSamplesAreUnseen) {
  SampleStore store = store_of(small_study(BufferKind::reservoir, /*capacity=*/3, /*watermark=*/0));
  fill(store, 3);
  EXPECT_EQ(store.room(), 0u);
  EXPECT_EQ(store.begin({1, 0}).status, BeginStatus::no_room);
}

CommitStatus put_nan(SampleStore& store, SampleId id) {
  const auto begin = store.begin(id);
  fill_row(store, begin.slot, id);
  store.row(begin.slot, 1)[2] = std::numeric_limits<float>::quiet_NaN();
  return store.commit(begin.slot);
}

TEST(SampleStore, RefusesValuesThatAreNotFiniteByDefault) {
  SampleStore store = store_of(small_study(BufferKind::reservoir, /*capacity=*/3, /*watermark=*/0));
  EXPECT_EQ(put_nan(store, {0, 0}), CommitStatus::refused);
  EXPECT_EQ(store.occupancy().free, 3u);
  EXPECT_EQ(store.begin({0, 0}).status, BeginStatus::begun);
}

TEST(SampleStore, DropsThemAndKnowsTheSampleWhenTheStudySaysSo) {
  Study study = small_study(BufferKind::reservoir, /*capacity=*/3, /*watermark=*/0);
  study.simulation.non_finite = NonFinite::drop;
  SampleStore store = store_of(study);
  EXPECT_EQ(put_nan(store, {0, 0}), CommitStatus::dropped);
  EXPECT_EQ(store.occupancy().free, 3u);
  EXPECT_EQ(store.begin({0, 0}).status, BeginStatus::duplicate);
  EXPECT_EQ(store.counts().dropped, 1u);
  EXPECT_EQ(store.held(0)[0], 1u);
}

TEST(SampleStore, AcceptsThemWhenTheStudySaysSo) {
  Study study = small_study(BufferKind::reservoir, /*capacity=*/3, /*watermark=*/0);
  study.simulation.non_finite = NonFinite::accept;
  SampleStore store = store_of(study);
  EXPECT_EQ(put_nan(store, {0, 0}), CommitStatus::accepted);
}

TEST(SampleStore, IsCompleteForASimulationWhoseStepsAreAllThere) {
  SampleStore store = store_of(small_study(BufferKind::fifo, /*capacity=*/100, /*watermark=*/0));
  fill(store, 99);
  EXPECT_FALSE(store.complete(0));
  put(store, {0, 99});
  EXPECT_TRUE(store.complete(0));
}

TEST(Offer, IsBelowUntilTheWatermarkThenReady) {
  SampleStore store = store_of(small_study(BufferKind::reservoir, /*capacity=*/5, /*watermark=*/3));
  fill(store, 2);
  EXPECT_EQ(store.offer(2).readiness, Readiness::below);
  EXPECT_EQ(store.offer(2).samples, 0u);
  put(store, {1, 0});
  EXPECT_EQ(store.offer(2).readiness, Readiness::ready);
  EXPECT_EQ(store.offer(2).samples, 2u);
}

TEST(Offer, IsFullWhenNothingMoreCanComeBeforeADraw) {
  SampleStore store = store_of(small_study(BufferKind::firo, /*capacity=*/4, /*watermark=*/3));
  fill(store, 3);
  EXPECT_EQ(store.offer(2).readiness, Readiness::ready);
  store.begin({1, 0});
  EXPECT_EQ(store.offer(2).readiness, Readiness::full);
}

TEST(Offer, IsBelowWhenSlotsThatAreFilledLeaveTooFewToDraw) {
  SampleStore store = store_of(small_study(BufferKind::firo, /*capacity=*/4, /*watermark=*/3));
  fill(store, 2);
  store.begin({1, 0});
  store.begin({1, 1});
  EXPECT_EQ(store.room(), 0u);
  EXPECT_EQ(store.offer(2).readiness, Readiness::below);
}

TEST(Offer, OfAReservoirIsAWholeBatchFromAnyPopulation) {
  SampleStore store =
      store_of(small_study(BufferKind::reservoir, /*capacity=*/20, /*watermark=*/1));
  fill(store, 2);
  EXPECT_EQ(store.offer(10).samples, 10u);
  OwnedBatch batch(10);
  store.draw(10, batch);
  EXPECT_EQ(batch.ids.size(), 10u);
  EXPECT_EQ(wrong_values(batch), 0u);
}

TEST(Offer, OfFifoAndFiroIsNoMoreThanThereIs) {
  for (const auto kind : {BufferKind::fifo, BufferKind::firo}) {
    SampleStore store = store_of(small_study(kind, /*capacity=*/20, /*watermark=*/3));
    fill(store, 4);
    EXPECT_EQ(store.offer(10).samples, 4u);
    OwnedBatch batch(10);
    store.draw(4, batch);  // past the watermark: it decides when a batch begins
    EXPECT_EQ(batch.ids.size(), 4u);
    EXPECT_EQ(store.offer(10).readiness, Readiness::below);
  }
}

TEST(Offer, IsOverOnceReceptionEndedAndEverySampleWasDrawnOnceMore) {
  SampleStore store =
      store_of(small_study(BufferKind::reservoir, /*capacity=*/10, /*watermark=*/5));
  fill(store, 7);
  store.end_reception();
  std::multiset<SampleId> drawn;
  OwnedBatch batch(3);
  for (const std::size_t expected : {3, 3, 1}) {
    const Offer offer = store.offer(3);
    ASSERT_EQ(offer.readiness, Readiness::ready);
    ASSERT_EQ(offer.samples, expected);
    store.draw(offer.samples, batch);
    drawn.insert(batch.ids.begin(), batch.ids.end());
  }
  EXPECT_EQ(drawn.size(), 7u);
  EXPECT_EQ(std::set(drawn.begin(), drawn.end()).size(), 7u);
  EXPECT_EQ(store.offer(3).readiness, Readiness::over);
}

TEST(Offer, HoldsAlthoughAnArrivalComesBeforeTheDraw) {
  SampleStore store = store_of(small_study(BufferKind::reservoir, /*capacity=*/1, /*watermark=*/1));
  fill(store, 1);
  OwnedBatch batch(1);
  store.draw(1, batch);
  EXPECT_EQ(store.room(), 1u);
  EXPECT_EQ(store.offer(1).readiness, Readiness::full);
  EXPECT_EQ(store.begin({1, 0}).status, BeginStatus::no_room);
  store.draw(1, batch);
  EXPECT_EQ(store.begin({1, 0}).status, BeginStatus::begun);
}

TEST(OnRoom, IsCalledWhenADrawMadeMoreRoomThanTheAggregatorKnows) {
  SampleStore store = store_of(small_study(BufferKind::reservoir, /*capacity=*/2, /*watermark=*/1));
  int calls = 0;
  store.on_room([&] { ++calls; });
  fill(store, 2);
  OwnedBatch batch(1);
  store.draw(1, batch);
  EXPECT_EQ(calls, 1);
  EXPECT_EQ(store.room(), 1u);
  while (store.occupancy().unseen > 0) store.draw(1, batch);
  EXPECT_EQ(calls, 2);
  store.draw(1, batch);
  EXPECT_EQ(calls, 2);
}

TEST(OnRoom, IsNotCalledForEachSlotThatIsAddedToMany) {
  SampleStore store = store_of(small_study(BufferKind::fifo, /*capacity=*/10, /*watermark=*/1));
  int calls = 0;
  store.on_room([&] { ++calls; });
  fill(store, 10);
  EXPECT_EQ(store.room(), 0u);
  OwnedBatch batch(1);
  for (int draw = 0; draw < 10; ++draw) store.draw(1, batch);
  EXPECT_EQ(calls, 4) << "at 1, 2, 4 and 8";
}

TEST(Peek, CopiesWithoutDrawing) {
  SampleStore store = store_of(small_study(BufferKind::fifo, /*capacity=*/10, /*watermark=*/0));
  fill(store, 8);
  OwnedBatch batch(5);
  EXPECT_EQ(store.peek(5, batch), 5u);
  EXPECT_EQ(std::set(batch.ids.begin(), batch.ids.end()).size(), 5u);
  EXPECT_EQ(wrong_values(batch), 0u);
  EXPECT_EQ(store.occupancy().unseen, 8u);
  EXPECT_THAT(store.repeats(), ElementsAre(8));
}

TEST(Peek, GivesNoMoreThanThereIs) {
  SampleStore store =
      store_of(small_study(BufferKind::reservoir, /*capacity=*/10, /*watermark=*/0));
  OwnedBatch batch(5);
  EXPECT_EQ(store.peek(5, batch), 0u);
  fill(store, 2);
  EXPECT_EQ(store.peek(5, batch), 2u);
}

TEST(Repeats, CountHowOftenEachSampleWasDrawn) {
  SampleStore store = store_of(small_study(BufferKind::reservoir, /*capacity=*/1, /*watermark=*/0));
  OwnedBatch batch(1);
  fill(store, 1);
  for (int k = 0; k < 3; ++k) store.draw(1, batch);
  put(store, {1, 0});
  EXPECT_THAT(store.repeats(), ElementsAre(1, 0, 0, 1));
}

TEST(SampleStore, ThatDoesNotFitSaysWhichCapacityWould) {
  const Study study =
      small_study(BufferKind::fifo, /*capacity=*/std::size_t{1} << 31, /*watermark=*/0);
  Study large = study;
  large.simulation.fields[0].shape = {1 << 20};
  try {
    store_of(large);
    FAIL() << "eight pebibytes were allocated";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::environment);
    EXPECT_THAT(error.what(), HasSubstr("would fit"));
  }
}

}  // namespace
}  // namespace weir

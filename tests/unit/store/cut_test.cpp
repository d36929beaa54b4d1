// Cuts of a store: what they hold, that rows are those of the cut, and that they change nothing.

#include <algorithm>
#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "src/core/error.h"
#include "store_fixture.h"

namespace weir {
namespace {

using namespace test;
using testing::HasSubstr;
using wire::BeginStatus;
using wire::CommitStatus;

const FakeDesign design;

std::size_t wrong_rows(const StoreState& state, const Rows& rows) {
  return static_cast<std::size_t>(std::count_if(rows.begin(), rows.end(), [&](const auto& row) {
    for (std::size_t k = 0; k < sample_size; ++k) {
      if (row.second[k] != value_of(state.samples[row.first].id, k)) return true;
    }
    return false;
  }));
}

void fill(SampleStore& store, std::uint64_t sim, std::size_t count) {
  for (std::uint64_t step = 0; step < count; ++step) {
    ASSERT_EQ(put(store, {sim, step}), CommitStatus::accepted);
  }
}

class StoreCuts : public testing::TestWithParam<BufferKind> {
 protected:
  static constexpr std::size_t capacity = 20;
  SampleStore make() { return {study_, design, /*rank=*/0, /*ranks=*/1}; }
  std::vector<SampleId> draw(SampleStore& store, std::size_t count) {
    OwnedBatch batch(count);
    store.draw(count, batch);
    EXPECT_EQ(wrong_values(batch), 0u);
    return batch.ids;
  }
  /// Draws, then puts as many samples of `sim` as there is room for, `at_most`.
  std::size_t refill(SampleStore& store, std::uint64_t sim, std::size_t at_most = 50) {
    draw(store, 5);
    std::size_t count = 0;
    while (count < at_most && store.room() > 0) {
      EXPECT_EQ(put(store, {sim, count}), CommitStatus::accepted);
      ++count;
    }
    return count;
  }
  /// A store with the state and the rows of `cut`.
  std::unique_ptr<SampleStore> restored(StoreCut& cut) {
    const Rows rows = read_rows(cut);
    auto store = std::make_unique<SampleStore>(study_, design, /*rank=*/0, /*ranks=*/1);
    restore(*store, cut.state(), rows);
    return store;
  }

  Study study_ = small_study(GetParam(), capacity, /*watermark=*/2);
};

TEST_P(StoreCuts, HoldThePopulationAndTheLedgerAsTheyWere) {
  SampleStore store = make();
  fill(store, /*sim=*/3, 8);
  const auto cut = store.cut();
  fill(store, /*sim=*/4, 5);
  EXPECT_EQ(cut->state().samples.size(), 8u);
  EXPECT_EQ(cut->state().ledger.counts().unique, 8u);
  const Rows rows = read_rows(*cut);
  EXPECT_EQ(rows.size(), 8u);
  EXPECT_EQ(wrong_rows(cut->state(), rows), 0u);
}

TEST_P(StoreCuts, GiveRowsAsTheyWereAlthoughTheirSlotsAreFilledAnew) {
  SampleStore store = make();
  fill(store, /*sim=*/0, capacity);
  const auto cut = store.cut();
  std::size_t arrived = 0;
  for (std::uint64_t sim = 1; sim < 30; ++sim) arrived += refill(store, sim);
  EXPECT_GT(arrived, capacity);
  const Rows rows = read_rows(*cut);
  EXPECT_EQ(rows.size(), capacity);
  EXPECT_EQ(wrong_rows(cut->state(), rows), 0u);
}

TEST_P(StoreCuts, GiveTheOverwrittenRowsFirst) {
  SampleStore store = make();
  fill(store, /*sim=*/0, capacity);
  const auto cut = store.cut();
  const std::size_t arrived = refill(store, /*sim=*/1, /*at_most=*/1);
  ASSERT_EQ(arrived, 1u);
  const auto next = store.cut();  // tells which slot it went to
  std::optional<Slot> taken;
  for (const auto& sample : next->state().samples) {
    if (sample.id.sim == 1) taken = sample.slot;
  }
  ASSERT_TRUE(taken.has_value());
  EXPECT_EQ(cut->state().samples[cut->next().value()].slot, *taken);
}

TEST_P(StoreCuts, DoNotKnowWhatIsStillBeingFilled) {
  SampleStore store = make();
  fill(store, /*sim=*/0, 4);
  const auto filling = store.begin({9, 0});
  const auto cut = store.cut();
  EXPECT_FALSE(cut->state().ledger.contains({9, 0}));
  EXPECT_EQ(cut->state().samples.size(), 4u);
  EXPECT_EQ(cut->state().buffer.free.size(), capacity - 4);
  fill_row(store, filling.slot, {9, 0});
  EXPECT_EQ(store.commit(filling.slot), CommitStatus::accepted);
  EXPECT_EQ(put(*restored(*cut), {9, 0}), CommitStatus::accepted);
}

/// Draws and arrivals of a run; what was drawn.
std::vector<SampleId> drawn_in_a_run(const Study& study, bool cuts) {
  SampleStore store(study, design, /*rank=*/0, /*ranks=*/1);
  std::unique_ptr<StoreCut> cut;
  std::vector<SampleId> drawn;
  OwnedBatch batch(4);
  Random random(5);
  for (std::uint64_t k = 0; k < 2000; ++k) {
    const SampleId id{.sim = k / 100, .step = k % 100};
    if (store.room() > 0) put(store, id);
    if (const Offer offer = store.offer(4); offer.samples > 0 && random.below(3) == 0) {
      store.draw(offer.samples, batch);
      drawn.insert(drawn.end(), batch.ids.begin(), batch.ids.end());
    }
    if (!cuts) continue;
    if (k % 50 == 0) cut.reset();
    if (k % 50 == 0) cut = store.cut();
    if (k % 3 == 0) {
      if (const auto sample = cut->next()) {
        Rows rows{{*sample, std::vector<float>(sample_size)}};
        cut->read(*sample, rows[*sample]);
        EXPECT_EQ(wrong_rows(cut->state(), rows), 0u);
      }
    }
  }
  return drawn;
}

TEST_P(StoreCuts, ChangeNoChoiceOfTheBuffer) {
  const auto without = drawn_in_a_run(study_, /*cuts=*/false);
  EXPECT_GT(without.size(), 500u);
  EXPECT_EQ(drawn_in_a_run(study_, /*cuts=*/true), without);
}

TEST_P(StoreCuts, RestoreAStoreThatGoesOnLikeTheOneThatWasCut) {
  SampleStore store = make();
  fill(store, /*sim=*/0, capacity);
  for (std::uint64_t sim = 1; sim < 6; ++sim) refill(store, sim);
  const auto cut = store.cut();
  const auto twin = restored(*cut);
  EXPECT_EQ(twin->counts().unique, store.counts().unique);
  EXPECT_EQ(twin->repeats(), store.repeats());
  for (std::uint64_t sim = 6; sim < 60; ++sim) {
    ASSERT_EQ(refill(*twin, sim), refill(store, sim));
    ASSERT_EQ(draw(*twin, 2), draw(store, 2));
  }
  EXPECT_EQ(twin->repeats(), store.repeats());
  EXPECT_EQ(twin->begin({0, 0}).status, BeginStatus::duplicate);
}

TEST_P(StoreCuts, KeepTheTimesOfTheirSamples) {
  study_.simulation.time.sent = true;
  auto store = make();
  for (std::uint64_t step = 0; step < 3; ++step) {
    const auto begin = store.begin({0, step});
    fill_row(store, begin.slot, {0, step});
    store.set_time(begin.slot, 0.1 * static_cast<double>(step + 1));
    ASSERT_EQ(store.commit(begin.slot), CommitStatus::accepted);
  }
  const auto cut = store.cut();
  auto again = restored(*cut);
  again->end_reception();
  OwnedBatch batch(3);
  again->draw(3, batch);
  for (std::size_t k = 0; k < 3; ++k)
    EXPECT_EQ(batch.times[k], 0.1 * static_cast<double>(batch.ids[k].step + 1));
}

INSTANTIATE_TEST_SUITE_P(Kinds, StoreCuts,
                         testing::Values(BufferKind::fifo, BufferKind::firo,
                                         BufferKind::reservoir));

class SmallReservoir : public testing::Test {
 protected:
  SampleStore make() { return {study_, design, /*rank=*/0, /*ranks=*/1}; }
  Study study_ = small_study(BufferKind::reservoir, /*capacity=*/10, /*watermark=*/1);
};

TEST_F(SmallReservoir, KnowsThePlacesOfThePublishedCutForRowsThatAreStillThere) {
  SampleStore store = make();
  fill(store, /*sim=*/0, 6);
  auto cut = store.cut();
  EXPECT_EQ(read_rows(*cut).size(), 6u);
  store.published(cut->state(), places_of(cut->state(), /*segment=*/7));
  cut.reset();
  fill(store, /*sim=*/1, 2);
  cut = store.cut();
  std::size_t placed = 0;
  for (std::size_t k = 0; k < cut->state().samples.size(); ++k) {
    const auto& place = cut->places()[k];
    EXPECT_EQ(place.has_value(), cut->state().samples[k].id.sim == 0);
    if (!place) continue;
    EXPECT_EQ(*place, (RowPlace{7, placed++}));
  }
  EXPECT_EQ(placed, 6u);
  EXPECT_EQ(read_rows(*cut).size(), 2u) << "rows with a place are not written again";
}

/// Draws until all are seen, then lets `count` samples of `sim` evict some.
void evict(SampleStore& store, std::uint64_t sim, std::size_t count) {
  OwnedBatch batch(1);
  while (store.occupancy().unseen > 0) store.draw(1, batch);
  fill(store, sim, count);
}

TEST_F(SmallReservoir, ForgetsThePlaceOfASlotThatIsFilledAnew) {
  SampleStore store = make();
  fill(store, /*sim=*/0, 10);
  auto cut = store.cut();
  store.published(cut->state(), places_of(cut->state(), /*segment=*/7));
  cut.reset();
  evict(store, /*sim=*/1, 4);
  cut = store.cut();
  const Rows rows = read_rows(*cut);
  EXPECT_EQ(rows.size(), 4u);
  for (const auto& row : rows) EXPECT_EQ(cut->state().samples[row.first].id.sim, 1u);
}

TEST_F(SmallReservoir, TakesNoPlaceForASlotThatWasFilledAnewBeforeThePublication) {
  SampleStore store = make();
  fill(store, /*sim=*/0, 10);
  auto cut = store.cut();
  evict(store, /*sim=*/1, 4);
  store.published(cut->state(), places_of(cut->state(), /*segment=*/7));
  cut.reset();
  cut = store.cut();
  EXPECT_EQ(read_rows(*cut).size(), 4u);
}

TEST_F(SmallReservoir, MakesItsLedgerDurableOnlyWhenItIsPublished) {
  SampleStore store = make();
  fill(store, /*sim=*/0, 3);
  const auto cut = store.cut();
  fill(store, /*sim=*/1, 1);
  EXPECT_EQ(store.durable(0)[0], 0u);
  store.published(cut->state(), places_of(cut->state(), /*segment=*/7));
  EXPECT_EQ(store.durable(0)[0], 0b111u);
  EXPECT_EQ(store.durable(1)[0], 0u);
}

TEST_F(SmallReservoir, KeepsItsPlacesAndDurableSamplesOverARestore) {
  SampleStore store = make();
  fill(store, /*sim=*/0, 3);
  const auto cut = store.cut();
  const Rows rows = read_rows(*cut);
  SampleStore restored = make();
  restored.restore(cut->state(), places_of(cut->state(), /*segment=*/4),
                   [&](std::size_t sample, std::span<float> row) {
                     std::copy(rows.at(sample).begin(), rows.at(sample).end(), row.begin());
                   });
  EXPECT_EQ(restored.durable(0)[0], 0b111u);
  const auto next = restored.cut();
  EXPECT_EQ(next->next(), std::nullopt);
  EXPECT_EQ(next->places()[2], (RowPlace{4, 2}));
}

TEST_F(SmallReservoir, ThatEndsEarlyHoldsNothingBack) {
  SampleStore store = make();
  fill(store, /*sim=*/0, 10);
  store.cut().reset();
  evict(store, /*sim=*/1, 5);
  const auto cut = store.cut();
  EXPECT_EQ(read_rows(*cut).size(), 10u);
}

/// A study of which 20 rows do not fit into the side memory.
Study large_study() {
  Study study = small_study(BufferKind::fifo, /*capacity=*/20, /*watermark=*/1);
  study.simulation.fields = {Field{.name = "u", .shape = {1 << 20}, .unit = ""}};
  return study;
}

TEST(SideMemory, BoundsTheCopiesAndWakesTheAggregatorWhenTheyAreWritten) {
  const Study study = large_study();
  SampleStore store(study, design, /*rank=*/0, /*ranks=*/1);
  for (std::uint64_t step = 0; step < 20; ++step) {
    ASSERT_EQ(store.commit(store.begin({0, step}).slot), CommitStatus::accepted);
  }
  int calls = 0;
  store.on_room([&] { ++calls; });
  const auto cut = store.cut();
  std::vector<float> values(20 << 20);
  Batch batch;
  batch.targets = values.data();
  store.draw(20, batch);
  calls = 0;
  std::uint64_t taken = 0;
  while (store.begin({1, taken}).status == BeginStatus::begun) ++taken;
  EXPECT_EQ(taken, 16u) << "64 MiB of rows of 4 MiB";
  EXPECT_EQ(store.room(), 0u);
  EXPECT_EQ(store.occupancy().free, 4u);
  cut->read(cut->next().value(), std::span(values).first(1 << 20));
  EXPECT_EQ(calls, 1);
  EXPECT_EQ(store.begin({1, taken}).status, BeginStatus::begun);
}

class Refused : public SmallReservoir {
 protected:
  /// The text with which a store refuses `state`.
  std::string refusal(const StoreState& state) {
    SampleStore store = make();
    try {
      store.restore(state, places_of(state, 1), [](std::size_t, std::span<float>) {});
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::input);
      return error.what();
    }
    return "";
  }
  StoreState state() {
    SampleStore store = make();
    fill(store, /*sim=*/0, 3);
    return store.cut()->state();
  }
};

TEST_F(Refused, IsAnotherRankOrNumberOfRanks) {
  StoreState other = state();
  other.ledger = Ledger(/*steps=*/100, /*rank=*/1, /*ranks=*/2);
  EXPECT_THAT(refusal(other), HasSubstr("rank 1 of 2, not 0 of 1"));
}

TEST_F(Refused, IsAnotherNumberOfSteps) {
  StoreState other = state();
  other.ledger = Ledger(/*steps=*/7, /*rank=*/0, /*ranks=*/1);
  EXPECT_THAT(refusal(other), HasSubstr("7 steps, not 100"));
}

TEST_F(Refused, IsABufferOfAnotherCapacity) {
  study_.buffer.capacity = 12;
  const StoreState other = state();
  study_.buffer.capacity = 10;
  EXPECT_THAT(refusal(other), HasSubstr("capacity"));
}

TEST_F(Refused, IsASampleThatTheLedgerDoesNotKnow) {
  StoreState other = state();
  other.samples[1].id = {5, 5};
  EXPECT_THAT(refusal(other), HasSubstr("step 5 of simulation 5"));
  other.samples[1].id = {5, 1000};
  EXPECT_THAT(refusal(other), HasSubstr("step 1000"));
}

TEST_F(Refused, AreSlotsThatTheBufferDoesNotHave) {
  StoreState other = state();
  other.buffer.unseen.back() = other.samples.back().slot = 4000000000;
  EXPECT_THAT(refusal(other), HasSubstr("not those of its buffer"));
}

TEST_F(Refused, AreSamplesThatAreNotThoseOfTheBuffer) {
  StoreState other = state();
  other.samples.pop_back();
  EXPECT_THAT(refusal(other), HasSubstr("not those of its buffer"));
}

}  // namespace
}  // namespace weir

// Autoregressive samples in a store: each pair is of the right steps, in every buffer, over cuts
// and restarts, whatever the order in which simulations send.

#include <algorithm>
#include <map>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "late_keeper.h"
#include "src/core/error.h"
#include "src/core/random.h"
#include "store_fixture.h"

namespace weir {
namespace {

using namespace test;
using testing::HasSubstr;
using wire::BeginStatus;
using wire::CommitStatus;

const FakeDesign design;

Study pair_study(BufferKind kind, std::size_t capacity, std::size_t lead) {
  Study study = small_study(kind, capacity, /*watermark=*/2);
  study.simulation.steps = 20;
  study.training.samples = {.kind = SampleKind::autoregressive, .lead = lead};
  return study;
}

struct PairBatch : OwnedBatch {
  explicit PairBatch(std::size_t size) : OwnedBatch(size), earlier(size * sample_size) {
    states = earlier.data();
  }
  std::vector<float> earlier;
};

/// Values of targets, states and parameters that are not those of their pair.
std::size_t wrong_pairs(const PairBatch& batch, std::size_t lead) {
  std::size_t wrong = wrong_values(batch);
  for (std::size_t b = 0; b < batch.ids.size(); ++b) {
    const SampleId id = batch.ids[b];
    if (id.step < lead) return wrong + 1;
    for (std::size_t k = 0; k < sample_size; ++k)
      wrong += batch.earlier[b * sample_size + k] != value_of({id.sim, id.step - lead}, k);
  }
  return wrong;
}

/// A naive model of what a rank may form: all pairs of the steps that were accepted.
class Expected {
 public:
  explicit Expected(std::size_t lead) : lead_(lead) {}
  void accepted(SampleId id) {
    if (id.step >= lead_ && steps_.contains({id.sim, id.step - lead_})) pairs_.insert(id);
    steps_.insert(id);
  }
  const std::set<SampleId>& pairs() const { return pairs_; }

 private:
  std::size_t lead_;
  std::set<SampleId> steps_, pairs_;
};

struct Kind {
  BufferKind buffer;
  std::size_t lead;
};

class Pairs : public testing::TestWithParam<Kind> {
 protected:
  static constexpr std::size_t capacity = 24;
  const std::size_t lead_ = GetParam().lead;
  Study study_ = pair_study(GetParam().buffer, capacity, lead_);
  Expected expected_{lead_};
  std::set<SampleId> drawn_;

  std::unique_ptr<SampleStore> make() const {
    return std::make_unique<SampleStore>(study_, design, /*rank=*/0, /*ranks=*/1);
  }
  void take_one(SampleStore& store) {
    PairBatch batch(1);
    store.draw(1, batch);
    EXPECT_EQ(wrong_pairs(batch, lead_), 0u);
    drawn_.insert(batch.ids.begin(), batch.ids.end());
  }
  /// Draws until there is room.
  void put_step(SampleStore& store, SampleId id) {
    while (store.room() == 0) take_one(store);
    ASSERT_EQ(put(store, id), CommitStatus::accepted);
    expected_.accepted(id);
  }
  void use_up(SampleStore& store) {
    store.end_reception();
    while (store.offer(1).readiness != Readiness::over) take_one(store);
  }
  /// Several simulations take turns at random, each sending its steps in order.
  void interleave(SampleStore& store, std::map<std::uint64_t, std::uint64_t>& next,
                  std::size_t turns, Random& random) {
    for (std::size_t turn = 0; turn < turns; ++turn) {
      const std::uint64_t sim = random.below(next.size());
      if (next[sim] == study_.simulation.steps) continue;
      put_step(store, {sim, next[sim]++});
    }
  }
};

TEST_P(Pairs, AreThoseOfANaiveModelWhateverTheOrderOfTheSimulations) {
  Random random(7, "pairs", 0);
  for (std::size_t run = 0; run < 20; ++run) {
    expected_ = Expected(lead_);
    drawn_.clear();
    const auto store = make();
    std::map<std::uint64_t, std::uint64_t> next;
    for (std::uint64_t sim = 0; sim < 6; ++sim) next[sim] = 0;
    interleave(*store, next, /*turns=*/1000, random);
    EXPECT_EQ(store->trainable(), 6 * (study_.simulation.steps - lead_));
    use_up(*store);
    ASSERT_EQ(drawn_, expected_.pairs());
  }
}

TEST_P(Pairs, HaveBothHalvesScaledAsTheBatchSays) {
  const auto first = make(), second = make();
  for (std::uint64_t step = 0; step < 20; ++step) {
    put_step(*first, {2, step});
    put_step(*second, {2, step});
  }
  const std::size_t pairs = 20 - lead_;
  PairBatch as_it_is(pairs), changed(pairs);
  first->draw(pairs, as_it_is);
  changed.scales = some_scales;
  second->draw(pairs, changed);
  EXPECT_EQ(wrong_pairs(as_it_is, lead_), 0u);
  EXPECT_EQ(changed.ids, as_it_is.ids);
  EXPECT_EQ(changed.values, scaled(as_it_is.values));
  EXPECT_EQ(changed.earlier, scaled(as_it_is.earlier));
}

TEST_P(Pairs, GoToAKeeperTargetFirst) {
  const auto store = make();
  for (std::uint64_t step = 0; step < 20; ++step) put_step(*store, {2, step});
  LateKeeper keeper(2 * sample_size);
  Batch batch;
  batch.keeper = &keeper;
  store->draw(10, batch);
  ASSERT_EQ(batch.ids.size(), 10u);
  for (std::size_t b = 0; b < 10; ++b) {
    const SampleId id = batch.ids[b];
    const auto& row = keeper.row(batch.slots[b]);
    for (std::size_t k = 0; k < sample_size; ++k) {
      ASSERT_EQ(row[k], value_of(id, k));
      ASSERT_EQ(row[sample_size + k], value_of({id.sim, id.step - lead_}, k));
    }
  }
  EXPECT_EQ(store->memory().size(), 3u);
}

TEST_P(Pairs, TakeNoSlotForTheFirstSteps) {
  const auto store = make();
  for (std::uint64_t step = 0; step < lead_; ++step) put_step(*store, {/*sim=*/1, step});
  EXPECT_EQ(store->occupancy().population(), 0u);
  EXPECT_EQ(store->counts().unique, lead_);
  put_step(*store, {1, lead_});
  EXPECT_EQ(store->occupancy().unseen, 1u);
  EXPECT_EQ(put(*store, {1, 0}), CommitStatus::duplicate);
}

TEST_P(Pairs, AreWholeWhenStepsArriveSideBySide) {
  const auto store = make();
  std::vector<wire::Slot> slots;
  for (std::uint64_t step = 0; step < 8; ++step) {
    const auto begin = store->begin({2, step});
    ASSERT_EQ(begin.status, BeginStatus::begun);
    slots.push_back(begin.slot);
  }
  for (std::uint64_t step = 0; step < 8; ++step) fill_row(*store, slots[step], {2, step});
  for (const auto slot : slots) ASSERT_EQ(store->commit(slot), CommitStatus::accepted);
  use_up(*store);
  EXPECT_EQ(drawn_.size(), 8 - lead_);
}

TEST_P(Pairs, AreWholeWhereTheLastStepIsCompleteWhenReceptionIsOverAlready) {
  const auto store = make();
  for (std::uint64_t step = 0; step < lead_; ++step) put_step(*store, {2, step});
  const auto last = store->begin({2, lead_});
  fill_row(*store, last.slot, {2, lead_});
  store->end_reception();
  ASSERT_EQ(store->commit(last.slot), CommitStatus::accepted);
  use_up(*store);
  EXPECT_EQ(drawn_, (std::set<SampleId>{{2, lead_}}));
  EXPECT_EQ(store->trainable(), drawn_.size());
}

TEST_P(Pairs, GoOnOverAnAttemptThatWasAbandoned) {
  const auto store = make();
  const std::uint64_t half = 10;
  for (std::uint64_t step = 0; step < half; ++step) put_step(*store, {3, step});
  const auto begun = store->begin({3, half});
  fill_row(*store, begun.slot, {99, 0});
  store->abandon(begun.slot);
  for (std::uint64_t step = half; step < 20; ++step) put_step(*store, {3, step});
  use_up(*store);
  EXPECT_EQ(drawn_, expected_.pairs());
  EXPECT_EQ(drawn_.size(), 20 - lead_);
}

TEST_P(Pairs, AreNotMadeWithAStepThatWasDropped) {
  study_.simulation.non_finite = NonFinite::drop;
  const auto store = make();
  const std::uint64_t bad = 9;
  for (std::uint64_t step = 0; step < 20; ++step) {
    if (step != bad) {
      put_step(*store, {4, step});
      continue;
    }
    const auto begin = store->begin({4, bad});
    fill_row(*store, begin.slot, {4, bad});
    store->row(begin.slot, 1)[0] = std::numeric_limits<float>::quiet_NaN();
    ASSERT_EQ(store->commit(begin.slot), CommitStatus::dropped);
  }
  EXPECT_EQ(store->trainable(), 20 - lead_ - 2);
  use_up(*store);
  EXPECT_EQ(drawn_, expected_.pairs());
  EXPECT_FALSE(drawn_.contains({4, bad}));
  EXPECT_FALSE(drawn_.contains({4, bad + lead_}));
}

// ---- cuts

TEST_P(Pairs, GoOnAfterARestoreAsIfNothingHadHappened) {
  Random random(11, "pairs", 0);
  for (std::size_t run = 0; run < 20; ++run) {
    expected_ = Expected(lead_);
    drawn_.clear();
    std::map<std::uint64_t, std::uint64_t> next;
    for (std::uint64_t sim = 0; sim < 5; ++sim) next[sim] = 0;
    auto store = make();
    interleave(*store, next, random.below(80), random);
    const auto drawn = drawn_;
    const auto expected = expected_;
    const auto at_cut = next;
    const auto cut = store->cut();
    // What arrives meanwhile overwrites rows of buffer and history; the cut has them as they were.
    interleave(*store, next, random.below(80), random);
    const Rows rows = read_rows(*cut);
    const auto second = make();
    drawn_ = drawn;
    expected_ = expected;
    next = at_cut;
    restore(*second, cut->state(), rows);
    interleave(*second, next, /*turns=*/1000, random);
    use_up(*second);
    ASSERT_EQ(drawn_, expected_.pairs()) << "run " << run;
    ASSERT_EQ(drawn_.size(), 5 * (20 - lead_));
  }
}

TEST_P(Pairs, LeaveOneRowAStepOfTheLeadInACut) {
  const auto store = make();
  for (std::uint64_t sim = 0; sim < 3; ++sim)
    for (std::uint64_t step = 0; step < 5; ++step) put_step(*store, {sim, step});
  const auto cut = store->cut();
  const auto& samples = cut->state().samples;
  const auto history = std::count_if(samples.begin(), samples.end(), [](const CutSample& sample) {
    return sample.slot >= capacity;
  });
  EXPECT_EQ(history, static_cast<std::ptrdiff_t>(3 * std::min<std::size_t>(lead_, 5)));
}

TEST_P(Pairs, NeedNoRowsOfASimulationThatIsComplete) {
  const auto store = make();
  for (std::uint64_t step = 0; step < 20; ++step) put_step(*store, {5, step});
  const auto cut = store->cut();
  for (const auto& sample : cut->state().samples) EXPECT_LT(sample.slot, capacity);
}

TEST_P(Pairs, NeedNoRowsOfTheHistoryInACutWhenReceptionIsOver) {
  const auto store = make();
  for (std::uint64_t step = 0; step < 5; ++step) put_step(*store, {5, step});
  store->end_reception();
  const auto cut = store->cut();
  for (const auto& sample : cut->state().samples) EXPECT_LT(sample.slot, capacity);
  EXPECT_EQ(read_rows(*cut).size(), cut->state().samples.size());
}

TEST_P(Pairs, WriteARowOfTheHistoryOnceForSeveralCuts) {
  const auto store = make();
  for (std::uint64_t step = 0; step < lead_; ++step) put_step(*store, {6, step});
  {
    const auto first = store->cut();
    EXPECT_EQ(read_rows(*first).size(), lead_);
    store->published(first->state(), places_of(first->state(), /*segment=*/1));
  }
  const auto second = store->cut();
  EXPECT_EQ(read_rows(*second).size(), 0u);
  put_step(*store, {6, lead_});
  const auto third = store->cut();
  EXPECT_EQ(read_rows(*third).size(), 2u) << "the pair, and the step that waits for another";
}

TEST_P(Pairs, RefuseAStateWhoseHistoryCannotBe) {
  const auto store = make();
  for (std::uint64_t step = 0; step < 10; ++step) put_step(*store, {7, step});
  const auto cut = store->cut();
  const Rows rows = read_rows(*cut);
  const auto refusal = [&](StoreState state) -> std::string {
    try {
      restore(*make(), state, rows);
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  };
  StoreState far = cut->state();
  far.samples.back().slot = 4'000'000'000;
  EXPECT_THAT(refusal(far), HasSubstr("not those of its buffer"));
  StoreState unknown = cut->state();
  unknown.samples.back().id.step = 15;
  EXPECT_THAT(refusal(unknown), HasSubstr("which its ledger does not know"));
  StoreState early = cut->state();
  early.samples.front().id.step = 0;
  EXPECT_THAT(refusal(early), HasSubstr("no earlier one"));
  EXPECT_EQ(refusal(cut->state()), "");
}

INSTANTIATE_TEST_SUITE_P(Kinds, Pairs,
                         testing::Values(Kind{BufferKind::fifo, 1}, Kind{BufferKind::fifo, 3},
                                         Kind{BufferKind::firo, 1}, Kind{BufferKind::firo, 4},
                                         Kind{BufferKind::reservoir, 1},
                                         Kind{BufferKind::reservoir, 3}));

TEST(PairStore, ForgetsASimulationThatIsGivenUp) {
  const Study study = pair_study(BufferKind::fifo, /*capacity=*/24, /*lead=*/2);
  SampleStore store(study, design, /*rank=*/0, /*ranks=*/1);
  for (std::uint64_t sim = 0; sim < 2; ++sim)
    for (std::uint64_t step = 0; step < 5; ++step) put(store, {sim, step});
  store.forget(0);
  const auto cut = store.cut();
  for (const auto& sample : cut->state().samples)
    EXPECT_TRUE(sample.slot < 24 || sample.id.sim == 1);
}

TEST(PairStore, IsRefusedWhereMemoryHasNoRoomForItsHistory) {
  Study study = pair_study(BufferKind::fifo, /*capacity=*/24, /*lead=*/1000);
  study.simulation.steps = 2000;
  study.simulation.count = study.launcher.jobs = 10'000'000'000;
  try {
    SampleStore(study, design, /*rank=*/0, /*ranks=*/1);
    FAIL() << "accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::environment);
    EXPECT_THAT(error.what(), HasSubstr("/launcher/jobs"));
  }
}

TEST(PairStore, HasAllStepsOfASimulationOnOneRank) {
  const Study study = pair_study(BufferKind::fifo, /*capacity=*/24, /*lead=*/1);
  SampleStore mine(study, design, /*rank=*/1, /*ranks=*/2);
  for (std::uint64_t step = 0; step < 20; ++step) put(mine, {/*sim=*/3, step});
  EXPECT_TRUE(mine.complete(3));
  EXPECT_TRUE(mine.complete(2)) << "no step of it belongs to this rank";
  EXPECT_FALSE(mine.complete(5));
}

}  // namespace
}  // namespace weir

// What the ranks agree on from what each of them offers.

#include "server/training/round.h"

#include <gtest/gtest.h>

#include "tests/unit/collective/thread_collective.h"

namespace weir {
namespace {

struct Rank {
  Offer offer;
  RoundInput input;
};

std::vector<Agreed> agree_all(const std::vector<Rank>& ranks) {
  std::vector<Agreed> agreed(ranks.size());
  test::on_ranks(ranks.size(), [&](Collective& collective) {
    const auto& rank = ranks[collective.rank()];
    agreed[collective.rank()] = agree(collective, rank.offer, rank.input);
  });
  return agreed;
}

constexpr Offer below{Readiness::below, 0};
constexpr Offer over{Readiness::over, 0};
constexpr Offer ready(std::size_t samples) { return {Readiness::ready, samples}; }
constexpr Offer full(std::size_t samples) { return {Readiness::full, samples}; }

struct Case {
  std::vector<Offer> offers;
  bool step, over;
  std::size_t total;
};

class AgreementTable : public testing::TestWithParam<Case> {};

TEST_P(AgreementTable, HoldsOnEveryRank) {
  std::vector<Rank> ranks;
  for (const auto& offer : GetParam().offers) ranks.push_back({offer, {}});
  const auto agreed = agree_all(ranks);
  for (std::size_t rank = 0; rank < ranks.size(); ++rank) {
    EXPECT_EQ(agreed[rank].step, GetParam().step);
    EXPECT_EQ(agreed[rank].over, GetParam().over);
    EXPECT_EQ(agreed[rank].total, GetParam().total);
    EXPECT_EQ(agreed[rank].draw, GetParam().step ? ranks[rank].offer.samples : 0);
    EXPECT_FALSE(agreed[rank].stop);
  }
}

INSTANTIATE_TEST_SUITE_P(
    OfOffers, AgreementTable,
    testing::Values(
        Case{{ready(10)}, /*step=*/true, /*over=*/false, /*total=*/10},
        Case{{full(10)}, true, false, 10}, Case{{below}, false, false, 0},
        Case{{over}, false, true, 0}, Case{{ready(10), ready(10)}, true, false, 20},
        Case{{ready(10), below}, false, false, 0}, Case{{full(10), below}, true, false, 10},
        Case{{full(10), below, ready(7)}, true, false, 17},
        Case{{ready(10), over}, true, false, 10},
        Case{{ready(3), ready(10), over}, true, false, 13}, Case{{below, over}, false, false, 0},
        Case{{full(10), over}, true, false, 10}, Case{{over, over, over}, false, true, 0},
        // A rank that is ready but was just emptied gives nothing: there is no empty step.
        Case{{ready(0), over}, false, false, 0}));

TEST(Agreement, AStopOfAnyRankKeepsAllFromStepping) {
  RoundInput stop;
  stop.stop = true;
  const auto agreed = agree_all({{ready(10), {}}, {ready(10), stop}});
  for (const auto& rank : agreed) {
    EXPECT_TRUE(rank.stop);
    EXPECT_FALSE(rank.step);
    EXPECT_EQ(rank.draw, 0U);
  }
}

TEST(Agreement, OnlyRankZeroSaysThatReceptionIsOver) {
  RoundInput says;
  says.reception_over = true;
  for (const auto& rank : agree_all({{below, says}, {below, {}}})) EXPECT_TRUE(rank.reception_over);
  for (const auto& rank : agree_all({{below, {}}, {below, says}}))
    EXPECT_FALSE(rank.reception_over);
}

TEST(Agreement, RankZeroCallsForACutAndAllTakeItBeforeTheSameStep) {
  RoundInput due;
  due.cut = true;
  for (const auto& rank : agree_all({{ready(10), due}, {ready(10), {}}})) {
    EXPECT_TRUE(rank.cut);
    EXPECT_TRUE(rank.step);
  }
  for (const auto& rank : agree_all({{ready(10), {}}, {ready(10), due}})) EXPECT_FALSE(rank.cut);
}

TEST(Agreement, ACutIsWrittenWhenEveryRankHasWrittenIt) {
  RoundInput written;
  written.cut_written = true;
  for (const auto& rank : agree_all({{below, written}, {below, {}}, {below, written}}))
    EXPECT_FALSE(rank.cut_written);
  for (const auto& rank : agree_all({{below, written}, {over, written}}))
    EXPECT_TRUE(rank.cut_written);
}

TEST(Agreement, ACutHasFailedWhenAnyRankHasFailedToWriteIt) {
  RoundInput written, failed;
  written.cut_written = true;
  failed.cut_failed = true;
  for (const auto& rank : agree_all({{below, written}, {below, failed}})) {
    EXPECT_TRUE(rank.cut_failed);
    EXPECT_FALSE(rank.cut_written);
  }
}

TEST(Agreement, OnlyRankZeroSaysThatACutIsPublished) {
  RoundInput says;
  says.cut_published = true;
  for (const auto& rank : agree_all({{below, says}, {below, {}}})) EXPECT_TRUE(rank.cut_published);
  for (const auto& rank : agree_all({{below, {}}, {below, says}})) EXPECT_FALSE(rank.cut_published);
}

TEST(Agreement, EventsReachAllRanksInRankOrder) {
  const auto agreed =
      agree_all({{below, {.events = {7, 8}}}, {below, {}}, {below, {.events = {-9}}}});
  for (const auto& rank : agreed) EXPECT_EQ(rank.events, (std::vector<std::int64_t>{7, 8, -9}));
}

}  // namespace
}  // namespace weir

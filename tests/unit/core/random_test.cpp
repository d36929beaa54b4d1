#include "src/core/random.h"

#include <array>

#include <gtest/gtest.h>

namespace weir {
namespace {

TEST(RandomTest, TheSameSeedAndNameGiveTheSameStream) {
  Random first(7, "draw", 2), second(7, "draw", 2);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(first(), second());
}

TEST(RandomTest, NamesIndicesAndSeedsGiveDifferentStreams) {
  const std::uint64_t one = Random(7, "draw", 0)();
  EXPECT_NE(one, Random(7, "evict", 0)());
  EXPECT_NE(one, Random(7, "draw", 1)());
  EXPECT_NE(one, Random(8, "draw", 0)());
}

TEST(RandomTest, ACopyGoesOnAsTheOriginal) {
  Random original(3);
  original();
  Random copy = original;
  EXPECT_EQ(copy(), original());
}

TEST(RandomTest, BelowReachesEveryNumberAboutEquallyOften) {
  Random random(1);
  std::array<int, 7> counts{};
  constexpr int draws = 70'000;
  for (int i = 0; i < draws; ++i) ++counts.at(random.below(counts.size()));
  for (const int count : counts) EXPECT_NEAR(count, draws / 7, /*five standard deviations=*/465);
}

TEST(RandomTest, UniformLiesInTheUnitInterval) {
  Random random(1);
  double sum = 0;
  for (int i = 0; i < 10'000; ++i) {
    const double value = random.uniform();
    ASSERT_GE(value, 0.0);
    ASSERT_LT(value, 1.0);
    sum += value;
  }
  EXPECT_NEAR(sum / 10'000, 0.5, /*five standard deviations=*/0.0145);
}

}  // namespace
}  // namespace weir

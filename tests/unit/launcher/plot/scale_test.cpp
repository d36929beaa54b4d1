#include "launcher/plot/scale.h"

#include <cmath>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir::plot {
namespace {

using testing::DoubleNear;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pointwise;

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double largest = std::numeric_limits<double>::max();

std::optional<Range> range(std::vector<double> values, Spacing spacing = Spacing::linear) {
  return range_of(values, spacing);
}

TEST(RangeOf, LeavesOutWhatIsNotFinite) {
  EXPECT_EQ(range({3, nan, -1, infinity}), (Range{-1, 3}));
}

TEST(RangeOf, LeavesOutWhatALogarithmicScaleHasNoPlaceFor) {
  EXPECT_EQ(range({0, 10, -4, 1}, Spacing::logarithmic), (Range{1, 10}));
}

TEST(RangeOf, OfNoValuesIsNothing) {
  EXPECT_EQ(range({}), std::nullopt);
  EXPECT_EQ(range({nan, -infinity}), std::nullopt);
  EXPECT_EQ(range({0, -1}, Spacing::logarithmic), std::nullopt);
}

TEST(RangeOf, IsWidenedAroundEqualValues) {
  EXPECT_EQ(range({5, 5}), (Range{4.5, 5.5}));
  EXPECT_EQ(range({0}), (Range{-1, 1}));
  EXPECT_EQ(range({4}, Spacing::logarithmic), (Range{2, 8}));
}

TEST(NiceTicks, AreMultiplesOfOneTwoOrFive) {
  EXPECT_THAT(nice_ticks({0, 10}, 6), ElementsAre(0, 2, 4, 6, 8, 10));
  EXPECT_THAT(nice_ticks({100, 500}, 5), ElementsAre(100, 200, 300, 400, 500));
  EXPECT_THAT(nice_ticks({-0.11, 0.11}, 5),
              Pointwise(DoubleNear(1e-12), {-0.1, -0.05, 0.0, 0.05, 0.1}));
}

TEST(NiceTicks, AreNeverMoreThanFit) {
  for (double upper = 1e-3; upper < 1e6; upper *= 1.7)
    for (std::size_t most = 2; most < 9; ++most) {
      const auto ticks = nice_ticks({upper / 3, upper}, most);
      EXPECT_LE(ticks.size(), most) << upper;
      EXPECT_GE(ticks.size(), 1u) << upper << ' ' << most;
    }
}

TEST(NiceTicks, OfARangeThatIsNoneAreNone) {
  EXPECT_THAT(nice_ticks({1, 1}, 5), IsEmpty());
  EXPECT_THAT(nice_ticks({0, infinity}, 5), IsEmpty());
  EXPECT_THAT(nice_ticks({0, 1}, 0), IsEmpty());
}

TEST(PowerTicks, ArePowersOfTenOverManyOfThem) {
  EXPECT_THAT(power_ticks({0.5, 2000}, 8), Pointwise(DoubleNear(1e-9), {1.0, 10.0, 100.0, 1000.0}));
  EXPECT_LE(power_ticks({1e-12, 1e12}, 6).size(), 6u);
}

TEST(PowerTicks, HaveFurtherOnesOverFewPowers) {
  EXPECT_THAT(power_ticks({0.9, 25}, 8), Pointwise(DoubleNear(1e-9), {1.0, 2.0, 5.0, 10.0, 20.0}));
  EXPECT_GE(power_ticks({3.1, 4.2}, 6).size(), 2u);
}

TEST(Scale, PutsTheRangeFromOneEndToTheOther) {
  const Scale scale(Spacing::linear, {10, 20}, 100, 0);
  EXPECT_EQ(scale(10), 100);
  EXPECT_EQ(scale(15), 50);
  EXPECT_EQ(scale(20), 0);
}

TEST(Scale, PutsEqualRatiosAtEqualDistances) {
  const Scale scale(Spacing::logarithmic, {1, 10000}, 0, 400);
  EXPECT_DOUBLE_EQ(scale(10), 100);
  EXPECT_DOUBLE_EQ(scale(100), 200);
  EXPECT_TRUE(std::isnan(scale(0)));
  EXPECT_TRUE(std::isnan(scale(-3)));
}

TEST(Scale, TakesTheLargestNumbersThereAre) {
  const Scale scale(Spacing::linear, {-largest, largest}, 0, 10);
  EXPECT_EQ(scale(0), 5);
  EXPECT_EQ(scale(largest), 10);
  EXPECT_TRUE(std::isnan(scale(nan)));
}

TEST(Scale, NamesItsTicksAtTheirPlaces) {
  const auto ticks = Scale(Spacing::linear, {0, 1}, 0, 100).ticks(3);
  ASSERT_EQ(ticks.size(), 3u);
  EXPECT_EQ(ticks[1].text, "0.5");
  EXPECT_EQ(ticks[1].pixel, 50);
}

}  // namespace
}  // namespace weir::plot

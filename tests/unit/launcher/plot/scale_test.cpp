#include "launcher/plot/scale.h"

#include <cmath>
#include <limits>
#include <set>
#include <string>

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
  EXPECT_THAT(power_ticks({2e-12, 2e12}, 6).size(), 6u);
}

TEST(PowerTicks, HaveFurtherOnesOverFewPowers) {
  EXPECT_THAT(power_ticks({0.9, 25}, 8), Pointwise(DoubleNear(1e-9), {1.0, 2.0, 5.0, 10.0, 20.0}));
  EXPECT_THAT(power_ticks({1.5, 90}, 4), Pointwise(DoubleNear(1e-9), {3.0, 10.0, 30.0}));
  EXPECT_GE(power_ticks({3.1, 4.2}, 6).size(), 2u);
}

TEST(PowerTicks, AreNeverCloserThanFits) {
  for (double lower = 1e-3; lower < 1; lower *= 1.07)
    for (double ratio = 1.01; ratio < 1e9; ratio *= 1.3)
      for (std::size_t most = 4; most < 9; ++most) {
        const Range whole{lower, lower * ratio};
        const auto ticks = power_ticks(whole, most);
        ASSERT_GE(ticks.size(), most < 6 ? 1u : 2u)
            << lower << " to " << whole.upper << ", " << most;
        const Scale scale(Spacing::logarithmic, whole, 0, static_cast<double>(most));
        for (std::size_t k = 0; k < ticks.size(); ++k) {
          const double before = k == 0 ? -0.75 : scale(ticks[k - 1]);
          ASSERT_GE(scale(ticks[k]), before + 0.75 - 1e-6)
              << ticks[k] << " of " << lower << " to " << whole.upper << ", " << most;
          ASSERT_LE(scale(ticks[k]), static_cast<double>(most) + 1e-6);
        }
      }
}

TEST(PowerTicks, TakeTheLargestAndTheSmallestNumbersThereAre) {
  EXPECT_GE(power_ticks({std::numeric_limits<double>::min(), largest}, 6).size(), 4u);
}

TEST(Ticks, OfARangeThatDoublesCannotDivideAreNone) {
  const Range narrow{1, std::nextafter(1, 2)};
  EXPECT_THAT(nice_ticks(narrow, 6), IsEmpty());
  EXPECT_THAT(power_ticks(narrow, 6), IsEmpty());
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

TEST(Scale, NamesTicksApartThatLieClose) {
  for (const auto spacing : {Spacing::linear, Spacing::logarithmic}) {
    const auto ticks = Scale(spacing, {1.00001, 1.00007}, 0, 100).ticks(6);
    std::set<std::string> texts;
    for (const auto& tick : ticks) texts.insert(tick.text);
    EXPECT_GE(texts.size(), 2u);
    EXPECT_EQ(texts.size(), ticks.size());
  }
}

}  // namespace
}  // namespace weir::plot

#include "launcher/plot/line_path.h"

#include <cmath>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir::plot {
namespace {

using testing::Contains;
using testing::SizeIs;

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr Box box{0, 0, 100, 50};

std::string path(const std::vector<Point>& points) { return line_path(points, box); }

TEST(LinePath, GoesAlongThePoints) {
  EXPECT_EQ(path({{0, 0}, {10, 20}, {30, 5}}), "M0,0L10,20L30,5");
}

TEST(LinePath, LeavesAGapAtAPointWithoutAPlace) {
  EXPECT_EQ(path({{0, 0}, {1, 1}, {2, nan}, {3, 3}, {4, 4}}), "M0,0L1,1M3,3L4,4");
}

TEST(LinePath, IsCutAtTheEdges) {
  EXPECT_EQ(path({{50, 25}, {50, 1000}}), "M50,25L50,50");
  EXPECT_EQ(path({{-100, 10}, {200, 10}}), "M0,10L100,10");
  EXPECT_EQ(path({{90, 40}, {90, -160}, {100, 40}}), "M90,40L90,0M98,0L100,40");
}

TEST(LinePath, HasNothingOfWhatLiesOutside) {
  EXPECT_EQ(path({{-10, -10}, {-5, 60}}), "");
  EXPECT_EQ(path({{200, 10}, {300, 20}}), "");
}

TEST(LinePath, OfFewerThanTwoPointsIsEmpty) {
  EXPECT_EQ(path({}), "");
  EXPECT_EQ(path({{1, 1}}), "");
}

TEST(LinePath, TakesPlacesBeyondAllBounds) {
  EXPECT_EQ(path({{10, 10}, {20, infinity}, {30, 10}}), "");
  EXPECT_EQ(path({{10, 1e9}, {10, -1e9}}), "M10,50L10,0");
}

TEST(DotsPath, HasADotForEachPointInside) {
  const std::vector<Point> points = {{1, 2}, {nan, 3}, {101, 3}, {4, 50}};
  EXPECT_EQ(dots_path(points, box), "M1,2h0M4,50h0");
}

TEST(Thinned, KeepsFewPointsAsTheyAre) {
  const std::vector<Point> points = {{1, 2}, {3, 4}};
  EXPECT_EQ(thinned(points, 10), points);
}

TEST(Thinned, KeepsTheExtremesOfManyPointsInOrder) {
  std::vector<Point> points;
  for (int k = 0; k < 100000; ++k) points.push_back({static_cast<double>(k), std::sin(k * 1e-3)});
  points[54321].y = 99;
  points[54322].y = -99;
  const auto few = thinned(points, 1000);
  EXPECT_LE(few.size(), 1500u);
  EXPECT_THAT(few, Contains(Point{54321, 99}));
  EXPECT_THAT(few, Contains(Point{54322, -99}));
  for (std::size_t k = 1; k < few.size(); ++k) EXPECT_LT(few[k - 1].x, few[k].x);
}

TEST(Thinned, KeepsGaps) {
  std::vector<Point> points(1000, {0, 1});
  points[500].y = nan;
  const auto few = thinned(points, 10);
  EXPECT_EQ(std::count_if(few.begin(), few.end(), [](const Point& p) { return std::isnan(p.y); }),
            1);
}

}  // namespace
}  // namespace weir::plot

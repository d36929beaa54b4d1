#include "server/sampling/loss_strategy.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "src/core/random.h"

namespace weir {
namespace {

using Point = std::vector<double>;

/// `count` simulations spread at random over the unit cube; `loss` says how hard each is.
template <class Loss>
RedrawRequest request_of(std::size_t dimensions, std::size_t count, Loss loss) {
  RedrawRequest request{.dimensions = dimensions, .count = 400, .seen = {}, .seed = 5};
  Random random(3, "test");
  for (std::uint64_t sim = 0; sim < count; ++sim) {
    Point point;
    for (std::size_t d = 0; d < dimensions; ++d) point.push_back(random.uniform());
    request.seen.push_back({.sim = sim, .point = point, .loss = loss(point), .samples = 20});
  }
  return request;
}

template <class Condition>
double share(const std::vector<Point>& points, Condition condition) {
  return static_cast<double>(std::count_if(points.begin(), points.end(), condition)) /
         static_cast<double>(points.size());
}

void expect_valid(const std::vector<Point>& points, const RedrawRequest& request) {
  ASSERT_EQ(points.size(), request.count);
  for (const Point& point : points) {
    ASSERT_EQ(point.size(), request.dimensions);
    for (const double x : point) EXPECT_TRUE(x >= 0 && x <= 1) << x;
  }
}

TEST(LossStrategy, DrawsMostNearWhatIsHard) {
  const auto hard = [](const Point& p) { return std::hypot(p[0] - 0.7, p[1] - 0.3) < 0.2; };
  const auto request = request_of(/*dimensions=*/2, /*count=*/100,
                                  [&](const Point& p) { return hard(p) ? 30. : 1.; });
  const auto points = LossStrategy().draw(request);
  expect_valid(points, request);
  EXPECT_GT(share(points, hard), 0.5);  // of 13 % of the square
}

TEST(LossStrategy, FollowsTwoHardRegionsThatLieApart) {
  const auto near = [](const Point& p, double x) { return std::hypot(p[0] - x, p[1] - x) < 0.15; };
  const auto request =
      request_of(2, 200, [&](const Point& p) { return near(p, 0.2) || near(p, 0.8) ? 30. : 1.; });
  const auto points = LossStrategy().draw(request);
  EXPECT_GT(share(points, [&](const Point& p) { return near(p, 0.2); }), 0.2);
  EXPECT_GT(share(points, [&](const Point& p) { return near(p, 0.8); }), 0.2);
}

TEST(LossStrategy, CoversTheCubeEvenlyWhereNothingIsHarderAlsoAtItsBounds) {
  const auto request = request_of(1, 300, [](const Point&) { return 1.; });
  const auto points = LossStrategy().draw(request);
  for (int tenth = 0; tenth < 10; ++tenth)
    EXPECT_NEAR(share(points, [&](const Point& p) { return static_cast<int>(p[0] * 10) == tenth; }),
                0.1, 0.05)
        << tenth;
}

/// `count` simulations along the unit interval, evenly.
template <class Loss>
RedrawRequest even_request(std::size_t count, Loss loss) {
  RedrawRequest request{.dimensions = 1, .count = 4000, .seen = {}, .seed = 5};
  for (std::uint64_t sim = 0; sim < count; ++sim) {
    const double x = (static_cast<double>(sim) + 0.5) / static_cast<double>(count);
    request.seen.push_back({.sim = sim, .point = {x}, .loss = loss(x), .samples = 20});
  }
  return request;
}

/// Its kernels reach beyond the bounds: half of what is known there lies in their images.
TEST(LossStrategy, IsNotDrawnToTheBounds) {
  const auto points = LossStrategy().draw(even_request(400, [](double) { return 1.; }));
  EXPECT_NEAR(share(points, [](const Point& p) { return p[0] < 0.02 || p[0] > 0.98; }), 0.04, 0.01);
}

/// A weight of 300 among ones is 75 % of all; √100 times the mean weight is 29 %.
TEST(LossStrategy, LeavesMostDrawsToOthersThanTheHardestOne) {
  const auto hardest = [](double x) { return std::abs(x - 0.505) < 1e-9; };
  const auto points =
      LossStrategy().draw(even_request(100, [&](double x) { return hardest(x) ? 300. : 1.; }));
  const double near = share(points, [](const Point& p) { return std::abs(p[0] - 0.505) < 0.1; });
  EXPECT_NEAR(near, 0.29 + 0.71 * 0.2, 0.07);
}

/// It estimates densities among at most 512.
TEST(LossStrategy, AsksThoseWithTheMostSamplesWhereThereAreMany) {
  const auto hard = [](double x) { return x < 0.1; };
  auto request = even_request(560, [&](double x) { return hard(x) ? 1000. : 1.; });
  for (SeenSimulation& seen : request.seen)
    if (hard(seen.point[0])) seen.samples = 1;
  const auto points = LossStrategy().draw(request);
  // 48 of 560 are left out, and the other 8 are the hard ones' first.
  EXPECT_LT(share(points, [](const Point& p) { return p[0] > 0.05 && p[0] < 0.09; }), 0.05);
}

/// Where more simulations were drawn before, no more are drawn for that alone.
TEST(LossStrategy, IsNotDrawnToWhereThePopulationIsDense) {
  auto request = request_of(1, 300, [](const Point&) { return 1.; });
  for (std::size_t k = 0; k < 200; ++k) request.seen[k].point[0] *= 0.2;
  const auto points = LossStrategy().draw(request);
  // 73 % of the population lie there, on a fifth of the interval.
  EXPECT_NEAR(share(points, [](const Point& p) { return p[0] < 0.2; }), 0.2, 0.1);
}

TEST(LossStrategy, GathersAsItsPopulationDoes) {
  const auto distance = [](const Point& p) { return std::hypot(p[0] - 0.5, p[1] - 0.5); };
  const auto loss = [&](const Point& p) { return std::exp(-std::pow(distance(p) / 0.05, 2) / 2); };
  auto request = request_of(2, 100, [&](const Point& p) { return 0.01 + loss(p); });
  request.count = 100;
  std::vector<double> shares;
  for (std::uint64_t redraw = 0; redraw < 4; ++redraw) {
    request.seed = redraw;
    const auto points = LossStrategy().draw(request);
    shares.push_back(share(points, [&](const Point& p) { return distance(p) < 0.1; }));
    for (const Point& point : points)
      request.seen.push_back(
          {.sim = request.seen.size(), .point = point, .loss = 0.01 + loss(point), .samples = 20});
  }
  EXPECT_GT(shares[3], shares[0]);
  EXPECT_GT(shares[3], 0.4);  // of 3 % of the square
}

TEST(LossStrategy, AnswersTheSameToTheSameRequestAndNotToAnotherSeed) {
  auto request = request_of(3, 50, [](const Point& p) { return p[0]; });
  const auto first = LossStrategy().draw(request);
  EXPECT_EQ(LossStrategy().draw(request), first);
  request.seed = 6;
  EXPECT_NE(LossStrategy().draw(request), first);
}

TEST(LossStrategy, RepeatsNoSimulation) {
  const auto request = request_of(2, 2, [](const Point&) { return 1.; });
  auto points = LossStrategy().draw(request);
  expect_valid(points, request);
  std::sort(points.begin(), points.end());
  EXPECT_EQ(std::adjacent_find(points.begin(), points.end()), points.end());
}

TEST(LossStrategy, ManagesWithoutAnyLossAndWithEqualPoints) {
  auto request = request_of(2, 30, [](const Point&) { return 0.; });
  for (SeenSimulation& simulation : request.seen) simulation.point = {1, 0};
  expect_valid(LossStrategy().draw(request), request);
}

TEST(LossStrategy, TakesPartOfAPopulationThatIsTooLarge) {
  const auto request = request_of(5, 3000, [](const Point& p) { return p[0]; });
  expect_valid(LossStrategy().draw(request), request);
}

}  // namespace
}  // namespace weir

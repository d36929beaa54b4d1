#include "server/sampling/loss_strategy.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

#include "src/core/normal.h"
#include "src/core/random.h"

namespace weir {

namespace {

// The density estimate costs this squared: some ten milliseconds with five parameters.
constexpr std::size_t largest_population = 512;

using Point = std::vector<double>;

struct Member {
  const SeenSimulation* seen;
  double weight;  // the sum of all is 1
  Point widths;   // of its kernel
};
using Population = std::vector<Member>;

/// Those with the most evidence, that with most of it first.
Population population_of(const std::vector<SeenSimulation>& seen) {
  std::vector<const SeenSimulation*> chosen;
  for (const SeenSimulation& simulation : seen) chosen.push_back(&simulation);
  std::stable_sort(chosen.begin(), chosen.end(),
                   [](const auto* a, const auto* b) { return a->samples > b->samples; });
  chosen.resize(std::min(chosen.size(), largest_population));
  Population population;
  for (const SeenSimulation* simulation : chosen)
    population.push_back({simulation, 1.0 / static_cast<double>(chosen.size()), {}});
  return population;
}

double squared_distance(const Point& a, const Point& b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0, std::plus<>(),
                            [](double x, double y) { return (x - y) * (x - y); });
}

std::vector<const Member*> neighbours_of(const Member& member, const Population& population,
                                         std::size_t count) {
  std::vector<std::pair<double, const Member*>> others;
  for (const Member& other : population)
    if (&other != &member)
      others.push_back({squared_distance(member.seen->point, other.seen->point), &other});
  const auto end = others.begin() + static_cast<std::ptrdiff_t>(std::min(count, others.size()));
  std::partial_sort(others.begin(), end, others.end());
  std::vector<const Member*> nearest;
  for (auto other = others.begin(); other != end; ++other) nearest.push_back(other->second);
  return nearest;
}

/// Each member's kernel is as wide as its neighbours are far, the heavier ones counting more.
void set_widths(Population& population, std::size_t dimensions) {
  const auto n = static_cast<double>(population.size());
  const auto count = std::max(dimensions + 1, static_cast<std::size_t>(std::sqrt(n)));
  for (Member& member : population) {
    Point squares(dimensions, 0);
    double weights = 0;
    for (const Member* near : neighbours_of(member, population, count)) {
      weights += near->weight;
      for (std::size_t d = 0; d < dimensions; ++d)
        squares[d] += near->weight * std::pow(near->seen->point[d] - member.seen->point[d], 2);
    }
    member.widths.clear();
    for (const double square : squares)
      member.widths.push_back(std::max(std::sqrt(square / weights), 1 / n));
  }
}

/// At `point`, of the member's normal kernel reflected at 0 and 1, but for a constant factor.
/// Widths are less than the interval, so that further images count for nothing.
double kernel(const Member& member, const Point& point) {
  double density = 1;
  for (std::size_t d = 0; d < point.size(); ++d) {
    const double h = member.widths[d], x = member.seen->point[d], y = point[d];
    const auto normal = [h](double z) { return std::exp(-z * z / (2 * h * h)) / h; };
    density *= normal(x - y) + normal(x + y) + normal(2 - x - y);
  }
  return density;
}

/// Loss over density, cut, to a sum of 1. Without any loss all are alike.
void weigh(Population& population) {
  std::vector<double> weights;
  for (const Member& member : population) {
    double density = 0;
    for (const Member& other : population) density += kernel(other, member.seen->point);
    weights.push_back(member.seen->loss / density);
  }
  const auto n = static_cast<double>(population.size());
  const double mean = std::accumulate(weights.begin(), weights.end(), 0.0) / n;
  for (double& weight : weights) weight = mean > 0 ? std::min(weight, mean * std::sqrt(n)) : 1;
  const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
  for (std::size_t i = 0; i < population.size(); ++i) population[i].weight = weights[i] / sum;
}

/// Systematic resampling, shuffled: those that are submitted first are a fair share of all.
std::vector<std::size_t> resample(const Population& population, std::size_t count, Random& random) {
  std::vector<std::size_t> chosen;
  const double spacing = 1.0 / static_cast<double>(count);
  double place = random.uniform() * spacing, reached = 0;
  for (std::size_t i = 0; i < population.size(); ++i) {
    reached += population[i].weight;
    for (; place < reached && chosen.size() < count; place += spacing) chosen.push_back(i);
  }
  while (chosen.size() < count) chosen.push_back(population.size() - 1);  // a rounding of the sum
  for (std::size_t i = count; i > 1; --i) std::swap(chosen[i - 1], chosen[random.below(i)]);
  return chosen;
}

double reflected(double x) {
  x = std::fmod(std::abs(x), 2.0);
  return x > 1 ? 2 - x : x;
}

}  // namespace

std::vector<Point> LossStrategy::draw(const RedrawRequest& request) {
  Random random(request.seed);
  Population population = population_of(request.seen);
  set_widths(population, request.dimensions);
  weigh(population);
  set_widths(population, request.dimensions);
  std::vector<Point> points;
  for (const std::size_t chosen : resample(population, request.count, random)) {
    Point point = population[chosen].seen->point;
    for (std::size_t d = 0; d < point.size(); ++d)
      point[d] = reflected(point[d] + population[chosen].widths[d] * normal(random));
    points.push_back(std::move(point));
  }
  return points;
}

}  // namespace weir

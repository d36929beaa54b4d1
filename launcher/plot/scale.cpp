#include "launcher/plot/scale.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "launcher/plot/text.h"

namespace weir::plot {
namespace {

/// The least of 1, 2, 5 times a power of ten that is at least `length`.
double nice_step(double length) {
  const double power = std::pow(10.0, std::floor(std::log10(length)));
  for (const double factor : {1.0, 2.0, 5.0})
    if (factor * power >= length * (1 - 1e-9)) return factor * power;
  return 10 * power;
}

std::vector<double> multiples(const Range& range, double step) {
  std::vector<double> ticks;
  const double slack = 1e-9 * (range.upper - range.lower);
  for (double k = std::ceil((range.lower - slack) / step); k * step <= range.upper + slack; ++k)
    ticks.push_back(k * step);
  return ticks;
}

double distance(const std::vector<double>& ticks) {
  return ticks.size() > 1 ? ticks[1] - ticks[0] : 0;
}

}  // namespace

Range united(const Range& a, const Range& b) {
  return {std::min(a.lower, b.lower), std::max(a.upper, b.upper)};
}

Range widened(const Range& range, double share, Spacing spacing) {
  if (spacing == Spacing::logarithmic) {
    const double factor = std::pow(range.upper / range.lower, share);
    return {range.lower / factor, range.upper * factor};
  }
  const double margin = (range.upper - range.lower) * share;
  return {range.lower - margin, range.upper + margin};
}

std::vector<double> nice_ticks(const Range& range, std::size_t most) {
  const double length = range.upper - range.lower;
  if (most == 0 || !(length > 0) || !std::isfinite(length)) return {};
  double step = nice_step(length / static_cast<double>(most));
  auto ticks = multiples(range, step);
  while (ticks.size() > most) ticks = multiples(range, step = nice_step(step * 1.5));
  return ticks;
}

std::vector<double> power_ticks(const Range& range, std::size_t most) {
  if (most == 0 || !(range.lower > 0) || !(range.upper > range.lower)) return {};
  const double slack = 1e-9;
  const int first = static_cast<int>(std::ceil(std::log10(range.lower) - slack));
  const int last = static_cast<int>(std::floor(std::log10(range.upper) + slack));
  std::vector<double> ticks;
  const int powers = last - first + 1;
  if (powers >= 3) {
    const int every = (powers + static_cast<int>(most) - 1) / static_cast<int>(most);
    for (int k = first; k <= last; k += every) ticks.push_back(std::pow(10.0, k));
    return ticks;
  }
  for (int k = first - 1; k <= last; ++k)
    for (const double factor : {1.0, 2.0, 5.0})
      if (const double tick = factor * std::pow(10.0, k);
          tick >= range.lower * (1 - slack) && tick <= range.upper * (1 + slack))
        ticks.push_back(tick);
  return ticks.size() >= 2 && ticks.size() <= most ? ticks : nice_ticks(range, most);
}

Scale::Scale(Spacing spacing, const Range& values, double from, double to)
    : spacing_(spacing), values_(values), from_(from), to_(to) {}

double Scale::position(double value) const {
  if (spacing_ == Spacing::linear)
    // Halved, so that the length of the whole range of doubles is finite.
    return (value / 2 - values_.lower / 2) / (values_.upper / 2 - values_.lower / 2);
  return std::log(value / values_.lower) / std::log(values_.upper / values_.lower);
}

double Scale::operator()(double value) const {
  if (std::isnan(value) || (spacing_ == Spacing::logarithmic && value <= 0))
    return std::numeric_limits<double>::quiet_NaN();
  return from_ + position(value) * (to_ - from_);
}

std::vector<Tick> Scale::ticks(std::size_t most) const {
  const bool powers = spacing_ == Spacing::logarithmic;
  const auto values = powers ? power_ticks(values_, most) : nice_ticks(values_, most);
  std::vector<Tick> ticks;
  for (const double value : values)
    ticks.push_back(
        {(*this)(value), powers ? number(value) : tick_number(value, distance(values))});
  return ticks;
}

}  // namespace weir::plot

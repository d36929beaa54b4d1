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

constexpr double least_pitch = 0.75;  ///< of ticks of a logarithmic scale, over that of as many

/// Whether the digits of a double tell places within the range apart.
bool has_length(const Range& range) {
  const double length = range.upper - range.lower;
  return std::isfinite(length) &&
         length > 1e-12 * std::max(std::abs(range.lower), std::abs(range.upper));
}

double powers_between(double lower, double upper) { return std::log10(upper) - std::log10(lower); }

/// Whether each is at least so many powers of ten above the one before it.
bool are_apart(const std::vector<double>& ticks, double powers) {
  return std::adjacent_find(ticks.begin(), ticks.end(), [powers](double lower, double upper) {
           return powers_between(lower, upper) < powers;
         }) == ticks.end();
}

/// As many multiples as are so many powers of ten apart.
std::vector<double> multiples_apart(const Range& range, double powers) {
  double step = nice_step(range.upper * (1 - std::pow(10.0, -powers)) / 4);
  auto ticks = multiples(range, step);
  while (!are_apart(ticks, powers)) ticks = multiples(range, step = nice_step(step * 1.5));
  return ticks;
}

/// The factors times each so-manyth power of ten, inside the range.
std::vector<double> times_powers(const Range& range, const std::vector<double>& factors,
                                 int every) {
  constexpr double slack = 1e-9;
  const int first = static_cast<int>(std::ceil(std::log10(range.lower) - slack));
  const int last = static_cast<int>(std::floor(std::log10(range.upper) + slack));
  std::vector<double> ticks;
  for (int k = first - every; k <= last; k += every)
    for (const double factor : factors)
      if (const double tick = factor * std::pow(10.0, k);
          tick >= range.lower * (1 - slack) && tick <= range.upper * (1 + slack))
        ticks.push_back(tick);
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
  if (most == 0 || !has_length(range)) return {};
  double step = nice_step((range.upper - range.lower) / static_cast<double>(most));
  auto ticks = multiples(range, step);
  while (ticks.size() > most) ticks = multiples(range, step = nice_step(step * 1.5));
  return ticks;
}

std::vector<double> power_ticks(const Range& range, std::size_t most) {
  if (most == 0 || !(range.lower > 0) || !has_length(range)) return {};
  const double powers = powers_between(range.lower, range.upper);
  const double pitch = powers / static_cast<double>(most), apart = least_pitch * pitch;
  auto ticks = times_powers(range, {1}, std::max(1, static_cast<int>(std::ceil(pitch))));
  if (ticks.size() >= 3) return ticks;

  for (auto& found : {times_powers(range, {1, 2, 5}, 1), times_powers(range, {1, 3}, 1),
                      multiples_apart(range, apart)})
    if (found.size() > ticks.size() && are_apart(found, apart)) ticks = found;
  return ticks;
}

Scale::Scale(Spacing spacing, const Range& values, double from, double to)
    : spacing_(spacing), values_(values), from_(from), to_(to) {}

double Scale::position(double value) const {
  if (spacing_ == Spacing::linear)
    // Halved, so that the length of the whole range of doubles is finite.
    return (value / 2 - values_.lower / 2) / (values_.upper / 2 - values_.lower / 2);
  return powers_between(values_.lower, value) / powers_between(values_.lower, values_.upper);
}

double Scale::operator()(double value) const {
  if (std::isnan(value) || (spacing_ == Spacing::logarithmic && value <= 0))
    return std::numeric_limits<double>::quiet_NaN();
  return from_ + position(value) * (to_ - from_);
}

std::vector<Tick> Scale::ticks(std::size_t most) const {
  const bool powers = spacing_ == Spacing::logarithmic;
  const auto values = powers ? power_ticks(values_, most) : nice_ticks(values_, most);
  const bool equidistant = !powers || values_.upper / 2 < values_.lower;
  std::vector<Tick> ticks;
  for (const double value : values)
    ticks.push_back(
        {(*this)(value), equidistant ? tick_number(value, distance(values)) : number(value)});
  return ticks;
}

}  // namespace weir::plot

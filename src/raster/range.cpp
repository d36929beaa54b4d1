#include "src/raster/range.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace weir::plot {
namespace {

bool has_place(double value, Spacing spacing) {
  return std::isfinite(value) && (spacing == Spacing::linear || value > 0);
}

Range around(double value, Spacing spacing) {
  if (spacing == Spacing::logarithmic) return {value / 2, value * 2};
  const double margin = value == 0 ? 1 : std::abs(value) / 10;
  return {value - margin, value + margin};
}

}  // namespace

std::optional<Range> range_of(std::span<const double> values, Spacing spacing) {
  Range range{std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity()};
  for (const double value : values) {
    if (!has_place(value, spacing)) continue;
    range.lower = std::min(range.lower, value);
    range.upper = std::max(range.upper, value);
  }
  if (range.lower > range.upper) return std::nullopt;
  return range.lower < range.upper ? range : around(range.lower, spacing);
}

}  // namespace weir::plot

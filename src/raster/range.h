#pragma once
// The range that some values are shown in.

#include <optional>
#include <span>

namespace weir::plot {

enum class Spacing { linear, logarithmic };

/// lower < upper, both finite.
struct Range {
  double lower = 0, upper = 1;
  bool operator==(const Range&) const = default;
};

/// From the least to the greatest of the finite values; of a logarithmic scale, of those above 0.
/// Widened when all are equal. Nothing when there is none.
std::optional<Range> range_of(std::span<const double> values, Spacing spacing = Spacing::linear);

}  // namespace weir::plot

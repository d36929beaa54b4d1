#pragma once
// From values to places in a picture, and the values that an axis names.

#include <string>
#include <vector>

#include "src/raster/range.h"

namespace weir::plot {

/// The smallest range with both in it.
Range united(const Range& a, const Range& b);
/// With a margin of that share of its length at both ends.
Range widened(const Range& range, double share, Spacing spacing = Spacing::linear);

/// Multiples of 1, 2 or 5 times a power of ten inside the range, as many as fit, at most `most`;
/// none where the ends agree to twelve digits.
std::vector<double> nice_ticks(const Range& range, std::size_t most);
/// The same for a logarithmic scale: powers of ten, each n-th when there are too many; where these
/// are below three also 2 and 5, or 3, times them, or multiples as above: whichever are the most.
/// No two are closer than three quarters of `most`-th of its length.
std::vector<double> power_ticks(const Range& range, std::size_t most);

struct Tick {
  double pixel;
  std::string text;
};

class Scale {
 public:
  /// Values of `values` go to `from` … `to`, pixels in either direction. Of a logarithmic scale
  /// both ends of `values` are above 0.
  Scale(Spacing spacing, const Range& values, double from, double to);

  /// NaN where there is no place: NaN, and on a logarithmic scale what is not above 0.
  double operator()(double value) const;
  std::vector<Tick> ticks(std::size_t most) const;

 private:
  double position(double value) const;

  Spacing spacing_;
  Range values_;
  double from_, to_;
};

}  // namespace weir::plot

#pragma once
// Curves, points, areas and bars over two axes.

#include <string>
#include <string_view>
#include <vector>

#include "launcher/plot/frame.h"

namespace weir::plot {

struct Series {
  std::string name;  ///< in the legend; empty: not there
  std::vector<Point> points;
  Mark mark = Mark::line;  ///< area: from 0 to the curve; bars: of width 0.8 around x
  std::size_t colour = 0;
  bool dashed = false;
};

/// Drawn in this order, one above the other. Points that are not finite, or have no place on a
/// logarithmic axis, are gaps.
struct Chart {
  std::string about;  ///< for who cannot see it
  Axis x, y;
  std::vector<Series> series;
  Size size{};
};

/// An element <svg>. Of long series so many points as can be seen. Without data it says so.
std::string svg(const Chart& chart);

/// Logarithmic when the values are above 0 and over a factor of 30, else linear.
Spacing spacing_for(const std::vector<Series>& series);

/// A figure that says why there is none.
std::string empty_svg(const Size& size, std::string_view about, std::string_view why);

}  // namespace weir::plot

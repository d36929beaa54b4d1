#pragma once
// Tables of values as pictures: a field, and how many fell where.

#include <span>
#include <string>

#include "launcher/plot/frame.h"
#include "src/raster/png.h"

namespace weir::plot {

/// A field, in its own proportions up to 1 : 4, with a bar of its colours.
struct Picture {
  std::string about, title;
  Table table;
  ColourMap map = ColourMap::sequential;
  Range range;
};
std::string svg(const Picture& picture, double width = 230);

/// How many points fell into each cell of a grid, darker where there are more; empty cells are not
/// drawn.
struct Density {
  std::string about;
  Axis x, y;
  std::vector<Point> points;
  Size size{};
};
std::string svg(const Density& density);

}  // namespace weir::plot

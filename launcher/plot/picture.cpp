#include "launcher/plot/picture.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "launcher/plot/chart.h"
#include "launcher/plot/text.h"

namespace weir::plot {
namespace {

constexpr std::size_t cells_across = 110, cells_up = 60;

std::string image(const Box& box, const std::string& uri) {
  return "<image class=\"pixels\" x=\"" + coordinate(box.left) + "\" y=\"" + coordinate(box.top) +
         "\" width=\"" + coordinate(box.width()) + "\" height=\"" + coordinate(box.height()) +
         "\" preserveAspectRatio=\"none\" href=\"" + uri + "\"/>";
}

std::optional<Range> range_along(const Axis& axis, const std::vector<Point>& points,
                                 double Point::*member) {
  if (axis.range) return axis.range;
  std::vector<double> values;
  for (const auto& point : points) values.push_back(point.*member);
  return range_of(values);
}

/// Of whole numbers no cell gets more of them than another.
std::size_t cells_for(const Range& range, std::size_t most) {
  const double length = std::round(range.upper - range.lower);
  return length >= 1 && length < static_cast<double>(most) ? static_cast<std::size_t>(length)
                                                           : most;
}

std::optional<std::size_t> cell(double value, const Range& range, std::size_t cells) {
  const double position = (value - range.lower) / (range.upper - range.lower);
  if (!(position >= 0 && position <= 1)) return std::nullopt;
  return std::min(static_cast<std::size_t>(position * static_cast<double>(cells)), cells - 1);
}

Table count(const std::vector<Point>& points, const Range& xs, const Range& ys) {
  const std::size_t rows = cells_for(ys, cells_up), columns = cells_for(xs, cells_across);
  Table table{rows, columns, std::vector<double>(rows * columns)};
  for (const auto& point : points) {
    const auto column = cell(point.x, xs, columns), row = cell(point.y, ys, rows);
    if (column && row) ++table.values[(rows - 1 - *row) * columns + *column];
  }
  return table;
}

}  // namespace

std::string svg(const Picture& picture, double width) {
  const auto& table = picture.table;
  const double side = width - colour_bar_width - 2;
  const double proportion =
      std::clamp(static_cast<double>(table.rows) / static_cast<double>(table.columns), 0.25, 4.0);
  const double scale = std::min(1.0, 1.5 / proportion);
  const Box box{
      .left = 1, .top = 22, .right = 1 + side * scale, .bottom = 22 + side * proportion * scale};
  return open_svg({width, box.bottom + 8}, picture.about) +
         text_at(1, 14, "start", "label", picture.title) +
         image(box, data_uri(png(table, picture.map, picture.range))) +
         draw_colour_bar(box, picture.map, picture.range, "") + "</svg>";
}

std::string svg(const Density& density) {
  const auto xs = range_along(density.x, density.points, &Point::x);
  const auto ys = range_along(density.y, density.points, &Point::y);
  if (!xs || !ys) return empty_svg(density.size, density.about, "no values");
  Table table = count(density.points, *xs, *ys);
  const double most = *std::max_element(table.values.begin(), table.values.end());
  for (double& value : table.values)
    if (value == 0) value = std::numeric_limits<double>::quiet_NaN();
  const Range counts{0, std::max(most, 1.0)};
  const Frame frame = make_frame(density.x, *xs, density.y, *ys, density.size, 1, colour_bar_width);
  return open_svg(density.size, density.about) +
         draw_axes(frame, density.x, density.y, density.size) +
         image(frame.box, data_uri(png(table, ColourMap::sequential, counts))) +
         draw_colour_bar(frame.box, ColourMap::sequential, counts, "samples") + "</svg>";
}

}  // namespace weir::plot

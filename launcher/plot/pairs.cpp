#include "launcher/plot/pairs.h"

#include <algorithm>
#include <cmath>
#include <span>

#include "launcher/plot/chart.h"
#include "launcher/plot/text.h"
#include "src/core/evenly.h"

namespace weir::plot {
namespace {

constexpr std::size_t most_points = 1000, most_coloured = 500, shades = 24;
constexpr double gap = 10, left = 62, top = 8, bottom = 40;
using Rows = std::vector<std::vector<double>>;

double side_of(std::size_t cells) {
  return cells <= 1 ? 240 : cells <= 2 ? 200 : cells <= 4 ? 150 : 118;
}

/// Dots of a cell by shade: a path each, so that many points stay a small page.
class Cell {
 public:
  Cell(const Pairs& pairs, std::size_t x, std::size_t y, const Box& box, const Range& values)
      : pairs_(pairs),
        box_(box),
        values_(values),
        x_(x),
        y_(y),
        across_(Spacing::linear, pairs.dimensions[x].range, box.left, box.right),
        up_(Spacing::linear, pairs.dimensions[y].range, box.bottom, box.top) {}

  std::string draw() const {
    return "<path class=\"cell\" d=\"M" + coordinate(box_.left) + "," + coordinate(box_.top) + "h" +
           coordinate(box_.width()) + "v" + coordinate(box_.height()) + "h-" +
           coordinate(box_.width()) + "z\"/>" + draw_grey() + draw_coloured();
  }
  std::string draw_x_labels() const {
    std::string out;
    for (const auto& tick : across_.ticks(3))
      out += text_at(tick.pixel, box_.bottom + 13, "middle", "tick", tick.text);
    return out + text_at((box_.left + box_.right) / 2, box_.bottom + 30, "middle", "label",
                         shortened(pairs_.dimensions[x_].name, box_.width()));
  }
  std::string draw_y_labels() const {
    std::string out;
    for (const auto& tick : up_.ticks(3))
      out += text_at(box_.left - 5, tick.pixel + 4, "end", "tick", tick.text);
    const std::string name = escaped(shortened(pairs_.dimensions[y_].name, box_.height()));
    return out + "<text class=\"label\" text-anchor=\"middle\" transform=\"translate(12," +
           coordinate((box_.top + box_.bottom) / 2) + ") rotate(-90)\">" + name + "</text>";
  }

 private:
  Point place(const std::vector<double>& row) const { return {across_(row[x_]), up_(row[y_])}; }

  std::string draw_grey() const {
    std::vector<Point> points;
    for (const auto k : evenly(pairs_.points.size(), most_points))
      points.push_back(place(pairs_.points[k]));
    return "<path class=\"grey\" d=\"" + dots_path(points, box_) + "\"/>";
  }

  std::size_t shade_of(double value) const {
    const double position = (value - values_.lower) / (values_.upper - values_.lower);
    if (!std::isfinite(position)) return shades - 1;
    return static_cast<std::size_t>(std::clamp(position, 0.0, 1.0) * (shades - 1));
  }

  std::string draw_coloured() const {
    std::vector<std::vector<Point>> by_shade(shades);
    for (const auto k : evenly(pairs_.coloured.size(), most_coloured))
      by_shade[shade_of(pairs_.values[k])].push_back(place(pairs_.coloured[k]));
    std::string out;
    for (std::size_t shade = 0; shade < shades; ++shade) {
      if (by_shade[shade].empty()) continue;
      const auto colour =
          colour_at(ColourMap::sequential, static_cast<double>(shade) / (shades - 1));
      const auto path = dots_path(by_shade[shade], box_);
      out += "<path class=\"rim\" d=\"" + path +
             "\"/><path class=\"spot\" style=\"stroke:" + hex(colour) + "\" d=\"" + path + "\"/>";
    }
    return out;
  }

  const Pairs& pairs_;
  Box box_;
  Range values_;
  std::size_t x_, y_;
  Scale across_, up_;
};

/// The value takes the place of a second dimension.
Pairs with_value(const Pairs& pairs, const Range& values) {
  Pairs two = pairs;
  two.dimensions.push_back({pairs.value_label, widened(values, 0.05)});
  for (std::size_t k = 0; k < two.coloured.size(); ++k) two.coloured[k].push_back(pairs.values[k]);
  for (auto& row : two.points) row.push_back(two.dimensions.back().range.lower);
  return two;
}

}  // namespace

std::string svg(const Pairs& pairs) {
  if (pairs.dimensions.empty()) return empty_svg({}, pairs.about, "no parameters");
  const auto found = range_of(pairs.values);
  const Range values = found.value_or(Range{});
  if (pairs.dimensions.size() == 1) return svg(with_value(pairs, values));
  const std::size_t cells = pairs.dimensions.size() - 1;
  const double side = side_of(cells), pitch = side + gap;
  const Size size{left + pitch * static_cast<double>(cells) + (found ? colour_bar_width : 0),
                  top + 16 + pitch * static_cast<double>(cells) - gap + bottom};
  std::string out = open_svg(size, pairs.about);
  for (std::size_t row = 0; row < cells; ++row)
    for (std::size_t column = 0; column <= row; ++column) {
      const double x = left + pitch * static_cast<double>(column);
      const double y = top + 16 + pitch * static_cast<double>(row);
      const Cell cell(pairs, column, row + 1, {x, y, x + side, y + side}, values);
      out += cell.draw();
      if (row + 1 == cells) out += cell.draw_x_labels();
      if (column == 0) out += cell.draw_y_labels();
    }
  if (!found) return out + "</svg>";
  const double right = left + pitch * static_cast<double>(cells) - gap;
  const Box beside{right - side, top + 16, right, top + 16 + std::max(side, 120.0)};
  return out + draw_colour_bar(beside, ColourMap::sequential, values, pairs.value_label) + "</svg>";
}

}  // namespace weir::plot

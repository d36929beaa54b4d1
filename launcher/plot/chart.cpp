#include "launcher/plot/chart.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "launcher/plot/text.h"
#include "src/core/evenly.h"

namespace weir::plot {
namespace {

constexpr double half_bar = 0.4;
constexpr std::size_t most_points = 1200;  // of a series
constexpr std::size_t most_dots = 3000;

std::vector<double> values_of(const std::vector<Series>& series, double Point::*member) {
  std::vector<double> values;
  for (const auto& one : series) {
    for (const auto& point : one.points) {
      values.push_back(point.*member);
      if (one.mark == Mark::bars && member == &Point::x) {
        values.back() -= half_bar;
        values.push_back(point.x + half_bar);
      }
    }
    const bool stands_on_zero = one.mark == Mark::bars || one.mark == Mark::area;
    if (stands_on_zero && member == &Point::y && !one.points.empty()) values.push_back(0);
  }
  return values;
}

bool has_floor(const std::vector<Series>& series) {
  return std::any_of(series.begin(), series.end(), [](const Series& one) {
    return one.mark == Mark::bars || one.mark == Mark::area;
  });
}

std::optional<Range> x_range(const Chart& chart) {
  if (chart.x.range) return chart.x.range;
  return range_of(values_of(chart.series, &Point::x), chart.x.spacing);
}

std::optional<Range> y_range(const Chart& chart) {
  if (chart.y.range) return chart.y.range;
  auto range = range_of(values_of(chart.series, &Point::y), chart.y.spacing);
  if (!range) return range;
  const bool floor = has_floor(chart.series) && chart.y.spacing == Spacing::linear;
  const double lower = range->lower;
  *range = widened(*range, 0.04, chart.y.spacing);
  if (floor && lower == 0) range->lower = 0;
  return range;
}

std::vector<Point> placed(const Series& series, const Frame& frame) {
  std::vector<Point> points;
  points.reserve(series.points.size());
  for (const auto& point : series.points) points.push_back({frame.x(point.x), frame.y(point.y)});
  return points;
}

double floor_of(const Frame& frame) {
  const double zero = frame.y(0);
  return std::isnan(zero) ? frame.box.bottom : std::clamp(zero, frame.box.top, frame.box.bottom);
}

/// Each run of points with a place is one closed shape.
std::string area_path(const std::vector<Point>& points, const Frame& frame) {
  const std::string bottom = coordinate(floor_of(frame));
  std::string path;
  const Point* last = nullptr;
  const auto close = [&] {
    if (last != nullptr) path += 'L' + coordinate(last->x) + "," + bottom + "Z";
    last = nullptr;
  };
  for (const auto& point : points) {
    if (!std::isfinite(point.x) || !std::isfinite(point.y)) {
      close();
      continue;
    }
    const double y = std::clamp(point.y, frame.box.top, frame.box.bottom);
    if (last == nullptr) path += 'M' + coordinate(point.x) + "," + bottom;
    path += 'L' + coordinate(point.x) + "," + coordinate(y);
    last = &point;
  }
  close();
  return path;
}

std::string bars_path(const Series& series, const Frame& frame) {
  const double floor = floor_of(frame);
  std::string path;
  for (const auto& point : series.points) {
    const double left = frame.x(point.x - half_bar), right = frame.x(point.x + half_bar);
    const double y = frame.y(point.y);
    if (!std::isfinite(left) || !std::isfinite(right) || !std::isfinite(y)) continue;
    const double top = std::clamp(y, frame.box.top, frame.box.bottom);
    path += 'M' + coordinate(left) + "," + coordinate(floor) + 'V' + coordinate(top) + "H" +
            coordinate(right) + 'V' + coordinate(floor) + "Z";
  }
  return path;
}

std::string path_of(const Series& series, const Frame& frame) {
  if (series.mark == Mark::bars) return bars_path(series, frame);
  const auto points = placed(series, frame);
  if (series.mark == Mark::dots) return dots_path(some_of(points, most_dots), frame.box);
  const auto shown = thinned(points, most_points);
  return series.mark == Mark::area ? area_path(shown, frame) : line_path(shown, frame.box);
}

std::string draw(const Series& series, const Frame& frame) {
  // One point makes no line.
  if (series.mark == Mark::line && series.points.size() == 1) {
    Series dot = series;
    dot.mark = Mark::dots;
    return draw(dot, frame);
  }
  return "<path class=\"" + class_of(series.mark, series.colour, series.dashed) + "\" d=\"" +
         path_of(series, frame) + "\"/>";
}

std::vector<LegendEntry> legend_of(const std::vector<Series>& series) {
  std::vector<LegendEntry> entries;
  for (const auto& one : series)
    if (!one.name.empty()) entries.push_back({one.name, one.mark, one.colour, one.dashed});
  return entries;
}

}  // namespace

std::string svg(const Chart& chart) {
  const auto xs = x_range(chart), ys = y_range(chart);
  if (!xs || !ys) return empty_svg(chart.size, chart.about, "no values");
  const auto legend = legend_of(chart.series);
  const Frame frame =
      make_frame(chart.x, *xs, chart.y, *ys, chart.size, legend_rows(legend, chart.size.width));
  std::string out =
      open_svg(chart.size, chart.about) + draw_axes(frame, chart.x, chart.y, chart.size);
  for (const auto& series : chart.series) out += draw(series, frame);
  return out + draw_legend(legend, chart.size.width) + "</svg>";
}

Spacing spacing_for(const std::vector<Series>& series) {
  const auto values = values_of(series, &Point::y);
  const auto range = range_of(values);
  const bool wide = range && range->lower > 0 && range->upper / range->lower > 30;
  return wide ? Spacing::logarithmic : Spacing::linear;
}

std::string empty_svg(const Size& size, std::string_view about, std::string_view why) {
  return open_svg(size, about) + text_at(size.width / 2, size.height / 2, "middle", "label", why) +
         "</svg>";
}

}  // namespace weir::plot

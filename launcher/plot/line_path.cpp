#include "launcher/plot/line_path.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "launcher/plot/text.h"

namespace weir::plot {
namespace {

bool is_finite(const Point& point) { return std::isfinite(point.x) && std::isfinite(point.y); }

bool is_inside(const Point& point, const Box& box) {
  return is_finite(point) && point.x >= box.left && point.x <= box.right && point.y >= box.top &&
         point.y <= box.bottom;
}

/// What of the segment lies inside the box (Liang, Barsky 1984).
std::optional<std::pair<Point, Point>> clipped(const Point& a, const Point& b, const Box& box) {
  double from = 0, to = 1;
  const double dx = b.x - a.x, dy = b.y - a.y;
  const auto cut = [&](double direction, double room) {
    if (direction == 0) return room >= 0;
    const double t = room / direction;
    if (direction < 0)
      from = std::max(from, t);
    else
      to = std::min(to, t);
    return from <= to;
  };
  if (!cut(-dx, a.x - box.left) || !cut(dx, box.right - a.x) || !cut(-dy, a.y - box.top) ||
      !cut(dy, box.bottom - a.y))
    return std::nullopt;
  const auto at = [&](double t) { return Point{a.x + t * dx, a.y + t * dy}; };
  return std::pair{from > 0 ? at(from) : a, to < 1 ? at(to) : b};
}

std::string place(const Point& point) { return coordinate(point.x) + "," + coordinate(point.y); }

/// The least and the greatest of a stretch, in order; a gap when it holds a point without a place.
void add_stretch(std::span<const Point> stretch, std::vector<Point>& out) {
  const auto gap = std::find_if_not(stretch.begin(), stretch.end(), is_finite);
  std::vector<Point> whole;
  std::copy_if(stretch.begin(), stretch.end(), std::back_inserter(whole), is_finite);
  if (!whole.empty()) {
    const auto [least, greatest] = std::minmax_element(
        whole.begin(), whole.end(), [](const Point& a, const Point& b) { return a.y < b.y; });
    out.push_back(*std::min(least, greatest));
    if (least != greatest) out.push_back(*std::max(least, greatest));
  }
  if (gap != stretch.end()) out.push_back(*gap);
}

}  // namespace

std::vector<Point> thinned(std::span<const Point> points, std::size_t most) {
  if (points.size() <= most || most < 2) return {points.begin(), points.end()};
  const std::size_t stretches = most / 2;
  std::vector<Point> out;
  for (std::size_t k = 0; k < stretches; ++k) {
    const std::size_t first = points.size() * k / stretches;
    const std::size_t last = points.size() * (k + 1) / stretches;
    add_stretch(points.subspan(first, last - first), out);
  }
  return out;
}

std::string line_path(std::span<const Point> points, const Box& box) {
  std::string path;
  std::optional<Point> pen;
  for (std::size_t k = 0; k + 1 < points.size(); ++k) {
    const auto part = is_finite(points[k]) && is_finite(points[k + 1])
                          ? clipped(points[k], points[k + 1], box)
                          : std::nullopt;
    if (!part) continue;
    if (pen != part->first) path += 'M' + place(part->first);
    path += 'L' + place(part->second);
    pen = part->second;
  }
  return path;
}

std::string dots_path(std::span<const Point> points, const Box& box) {
  std::string path;
  for (const auto& point : points)
    if (is_inside(point, box)) path += 'M' + place(point) + "h0";
  return path;
}

}  // namespace weir::plot

#pragma once
// Points as the path of an SVG: thinned where there are more than a picture can show, cut at its
// edges, with a gap where a point has no place.

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace weir::plot {

struct Point {
  double x = 0, y = 0;
  bool operator==(const Point&) const = default;
};

/// In pixels; left < right, top < bottom.
struct Box {
  double left = 0, top = 0, right = 0, bottom = 0;
  double width() const { return right - left; }
  double height() const { return bottom - top; }
};

/// At most about `most` points, which keep the least and the greatest y of each stretch; points
/// that are not finite stay gaps.
std::vector<Point> thinned(std::span<const Point> points, std::size_t most);

/// The commands of a path along the points, only what lies inside the box.
std::string line_path(std::span<const Point> points, const Box& box);
/// The commands of a path with a dot at each point inside the box, to be stroked with round ends.
std::string dots_path(std::span<const Point> points, const Box& box);

}  // namespace weir::plot

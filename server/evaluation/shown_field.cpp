#include "server/evaluation/shown_field.h"

#include <algorithm>
#include <cmath>

namespace weir {
namespace {

struct Axis {
  std::size_t extent, stride;
};

/// Row-major, without extents of 1.
std::vector<Axis> axes_of(const std::vector<std::size_t>& shape) {
  std::vector<Axis> axes;
  std::size_t stride = 1;
  for (std::size_t k = shape.size(); k-- > 0; stride *= shape[k])
    if (shape[k] > 1) axes.insert(axes.begin(), Axis{shape[k], stride});
  if (axes.empty()) axes.push_back({1, 1});
  return axes;
}

std::vector<std::size_t> every(std::size_t extent, std::size_t distance) {
  std::vector<std::size_t> places;
  for (std::size_t k = 0; k < extent; k += distance) places.push_back(k);
  return places;
}

/// The least distance at which all axes together have at most `most` places.
std::size_t distance_for(const std::vector<Axis>& axes, std::size_t most) {
  for (std::size_t distance = 1;; ++distance) {
    double values = 1;
    for (const auto& axis : axes)
      values *= static_cast<double>((axis.extent + distance - 1) / distance);
    if (values <= static_cast<double>(std::max<std::size_t>(most, 1))) return distance;
  }
}

}  // namespace

ShownField shown_field(const std::vector<std::size_t>& shape, std::size_t most) {
  auto axes = axes_of(shape);
  std::size_t first = 0;
  for (; axes.size() > 2; axes.erase(axes.begin())) first += axes[0].extent / 2 * axes[0].stride;
  const std::size_t distance = distance_for(axes, most);
  ShownField shown;
  for (const auto& axis : axes) shown.shape.push_back(every(axis.extent, distance).size());
  if (axes.size() == 1) axes.insert(axes.begin(), Axis{1, 0});
  for (const auto row : every(axes[0].extent, distance))
    for (const auto column : every(axes[1].extent, distance))
      shown.places.push_back(first + row * axes[0].stride + column * axes[1].stride);
  return shown;
}

std::vector<double> shown_values(const ShownField& shown, std::span<const float> values) {
  std::vector<double> out;
  out.reserve(shown.places.size());
  for (const auto place : shown.places) out.push_back(values[place]);
  return out;
}

}  // namespace weir

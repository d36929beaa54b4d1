#pragma once
// A small stroke font: each character is a few broken lines on a coarse grid, drawn at any size.

#include <vector>

namespace picture {

struct Point {
  double x = 0, y = 0;
};
using Stroke = std::vector<Point>;  ///< points of a broken line; one point alone is a dot

inline constexpr double cap_height = 12, advance_width = 11;  ///< in units of the grid

/// The strokes of a character, the baseline at y = 0, y upward, x from 0 to 8. Characters that the
/// font lacks are a box.
std::vector<Stroke> glyph(char character);

}  // namespace picture

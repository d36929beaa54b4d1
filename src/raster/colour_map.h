#pragma once
// Colours of values.

#include <cstdint>
#include <string>

namespace weir::plot {

struct Colour {
  std::uint8_t red = 0, green = 0, blue = 0;
  bool operator==(const Colour&) const = default;
};

enum class ColourMap {
  sequential,  ///< viridis (van der Walt, Smith): even steps to the eye, readable without colour
  diverging,   ///< from blue over white to red
};

/// `position` in [0, 1]; what lies outside is taken to the nearer end. NaN: the lower end.
Colour colour_at(ColourMap map, double position);
std::string hex(const Colour& colour);  ///< "#440154"

}  // namespace weir::plot

#pragma once
// Colour maps that are even to the eye: lightness is linear in the value, in the OKLab space.

#include <cstdint>

namespace picture {

struct Colour {
  std::uint8_t red = 0, green = 0, blue = 0;
};

/// From dark violet (0) over teal to light yellow (1). Values outside are taken to the nearer end.
Colour sequential(double value);

/// From blue (-1) over near white (0) to red (1). Values outside are taken to the nearer end.
Colour diverging(double value);

}  // namespace picture

#include "examples/common/picture/colour_map.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace picture {
namespace {

std::uint8_t srgb(double linear) {
  const double light = std::clamp(linear, 0.0, 1.0);
  const double encoded =
      light <= 0.0031308 ? 12.92 * light : 1.055 * std::pow(light, 1 / 2.4) - 0.055;
  return static_cast<std::uint8_t>(std::lround(255 * encoded));
}

/// OKLab to sRGB as published by its author (B. Ottosson, "A perceptual color space for image
/// processing", 2020); the hue is in degrees.
Colour from_oklch(double lightness, double chroma, double hue) {
  const double angle = hue * std::numbers::pi / 180;
  const double a = chroma * std::cos(angle), b = chroma * std::sin(angle);
  const double l = std::pow(lightness + 0.3963377774 * a + 0.2158037573 * b, 3);
  const double m = std::pow(lightness - 0.1055613458 * a - 0.0638541728 * b, 3);
  const double s = std::pow(lightness - 0.0894841775 * a - 1.2914855480 * b, 3);
  return {srgb(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
          srgb(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
          srgb(-0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s)};
}

}  // namespace

Colour sequential(double value) {
  const double t = std::clamp(value, 0.0, 1.0);
  // Less chroma in the middle: teal of this lightness cannot be shown with more.
  const double chroma = 0.10 + 0.06 * (2 * t - 1) * (2 * t - 1);
  return from_oklch(0.25 + 0.69 * t, chroma, 295 - 190 * t);
}

Colour diverging(double value) {
  const double t = std::clamp(std::abs(value), 0.0, 1.0);
  return from_oklch(0.97 - 0.52 * t, 0.17 * t, value < 0 ? 258 : 27);
}

}  // namespace picture

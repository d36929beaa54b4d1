#include "src/raster/colour_map.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <span>

namespace weir::plot {
namespace {

constexpr std::array<Colour, 11> viridis = {{{68, 1, 84},
                                             {72, 36, 117},
                                             {65, 68, 135},
                                             {53, 95, 141},
                                             {42, 120, 142},
                                             {33, 145, 140},
                                             {34, 168, 132},
                                             {68, 191, 112},
                                             {122, 209, 81},
                                             {189, 223, 38},
                                             {253, 231, 37}}};
constexpr std::array<Colour, 7> blue_white_red = {{{33, 102, 172},
                                                   {103, 169, 207},
                                                   {209, 229, 240},
                                                   {247, 247, 247},
                                                   {253, 219, 199},
                                                   {239, 138, 98},
                                                   {178, 24, 43}}};

std::uint8_t between(std::uint8_t a, std::uint8_t b, double share) {
  return static_cast<std::uint8_t>(std::lround(a + share * (static_cast<double>(b) - a)));
}

Colour along(std::span<const Colour> anchors, double position) {
  const double place = position * static_cast<double>(anchors.size() - 1);
  const auto k = std::min(static_cast<std::size_t>(place), anchors.size() - 2);
  const double share = place - static_cast<double>(k);
  const auto &a = anchors[k], &b = anchors[k + 1];
  return {between(a.red, b.red, share), between(a.green, b.green, share),
          between(a.blue, b.blue, share)};
}

}  // namespace

Colour colour_at(ColourMap map, double position) {
  const double inside = std::isnan(position) ? 0 : std::clamp(position, 0.0, 1.0);
  return map == ColourMap::sequential ? along(viridis, inside) : along(blue_white_red, inside);
}

std::string hex(const Colour& colour) {
  char text[8];
  std::snprintf(text, sizeof text, "#%02x%02x%02x", colour.red, colour.green, colour.blue);
  return text;
}

}  // namespace weir::plot

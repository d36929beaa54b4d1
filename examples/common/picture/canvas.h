#pragma once
// A picture in memory: rectangles, heat maps and text, written as PNG.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string_view>
#include <vector>

#include "examples/common/picture/colour_map.h"

namespace picture {

enum class Align { left, centre, right };

/// Pixels from the top left. What lies outside is not drawn. One thread.
class Canvas {
 public:
  Canvas(int width, int height);

  /// Calls `colour(x, y)` for each pixel of the rectangle, from its top left.
  void fill(int left, int top, int width, int height,
            const std::function<Colour(int x, int y)>& colour);
  void frame(int left, int top, int width, int height);
  /// One line of text; `baseline` is where letters stand, `height` that of a capital, in pixels.
  void text(double x, double baseline, std::string_view words, Align align = Align::left,
            double height = 10);
  static double text_width(std::string_view words, double height = 10);

  /// Errors: weir::Error{environment} when the file cannot be written.
  void write_png(const std::filesystem::path& file) const;

 private:
  struct Segment {
    double x0, y0, x1, y1;
  };
  void draw(const Segment& segment, double half_width);
  void darken(int x, int y, double coverage);
  void set(int x, int y, Colour colour);

  int width_, height_;
  std::vector<std::uint8_t> pixels_;  ///< RGB
};

}  // namespace picture

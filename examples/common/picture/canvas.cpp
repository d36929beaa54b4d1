#include "examples/common/picture/canvas.h"

#include <algorithm>
#include <cmath>
#include <string>

#include <png.h>

#include "examples/common/picture/font.h"
#include "src/core/error.h"

namespace picture {
namespace {

constexpr Colour grey{120, 120, 120};
constexpr double ink = 30;  // of text: not quite black

double distance(double x, double y, double x0, double y0, double x1, double y1) {
  const double dx = x1 - x0, dy = y1 - y0, squared = dx * dx + dy * dy;
  const double along = squared == 0 ? 0 : ((x - x0) * dx + (y - y0) * dy) / squared;
  const double t = std::clamp(along, 0.0, 1.0);
  return std::hypot(x - x0 - t * dx, y - y0 - t * dy);
}

}  // namespace

Canvas::Canvas(int width, int height)
    : width_(width), height_(height), pixels_(std::size_t(width) * height * 3, 255) {}

void Canvas::set(int x, int y, Colour colour) {
  if (x < 0 || y < 0 || x >= width_ || y >= height_) return;
  auto* pixel = &pixels_[(std::size_t(y) * width_ + x) * 3];
  pixel[0] = colour.red;
  pixel[1] = colour.green;
  pixel[2] = colour.blue;
}

void Canvas::darken(int x, int y, double coverage) {
  if (x < 0 || y < 0 || x >= width_ || y >= height_) return;
  auto* pixel = &pixels_[(std::size_t(y) * width_ + x) * 3];
  for (int channel = 0; channel < 3; ++channel) {
    const double mixed = pixel[channel] + coverage * (ink - pixel[channel]);
    pixel[channel] = std::min(pixel[channel], static_cast<std::uint8_t>(std::lround(mixed)));
  }
}

void Canvas::fill(int left, int top, int width, int height,
                  const std::function<Colour(int, int)>& colour) {
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x) set(left + x, top + y, colour(x, y));
}

void Canvas::frame(int left, int top, int width, int height) {
  const auto line = [](int, int) { return grey; };
  fill(left, top, width, 1, line);
  fill(left, top + height - 1, width, 1, line);
  fill(left, top, 1, height, line);
  fill(left + width - 1, top, 1, height, line);
}

void Canvas::draw(const Segment& s, double half_width) {
  const double reach = half_width + 1;
  const int right = static_cast<int>(std::ceil(std::max(s.x0, s.x1) + reach));
  const int bottom = static_cast<int>(std::ceil(std::max(s.y0, s.y1) + reach));
  for (int y = static_cast<int>(std::min(s.y0, s.y1) - reach); y <= bottom; ++y) {
    for (int x = static_cast<int>(std::min(s.x0, s.x1) - reach); x <= right; ++x) {
      const double away = distance(x + 0.5, y + 0.5, s.x0, s.y0, s.x1, s.y1);
      darken(x, y, std::clamp(half_width + 0.5 - away, 0.0, 1.0));
    }
  }
}

double Canvas::text_width(std::string_view words, double height) {
  return static_cast<double>(words.size()) * advance_width * height / cap_height;
}

void Canvas::text(double x, double baseline, std::string_view words, Align align, double height) {
  const double unit = height / cap_height, half_width = std::max(0.6, 0.07 * height);
  if (align == Align::centre) x -= text_width(words, height) / 2;
  if (align == Align::right) x -= text_width(words, height);
  for (const char character : words) {
    for (const auto& stroke : glyph(character)) {
      for (std::size_t k = 0; k < stroke.size(); ++k) {
        const Point from = stroke[k > 0 ? k - 1 : 0], to = stroke[k];
        if (k == 0 && stroke.size() > 1) continue;
        draw({x + from.x * unit, baseline - from.y * unit, x + to.x * unit, baseline - to.y * unit},
             stroke.size() == 1 ? 1.7 * half_width : half_width);
      }
    }
    x += advance_width * unit;
  }
}

void Canvas::write_png(const std::filesystem::path& file) const {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = static_cast<png_uint_32>(width_);
  image.height = static_cast<png_uint_32>(height_);
  image.format = PNG_FORMAT_RGB;
  if (png_image_write_to_file(&image, file.c_str(), /*convert_to_8bit=*/0, pixels_.data(),
                              /*row_stride=*/0, /*colormap=*/nullptr) == 0) {
    throw weir::Error(weir::ErrorKind::environment, "the picture '" + file.string() +
                                                        "' cannot be written: " + image.message +
                                                        "; choose another place with --output");
  }
}

}  // namespace picture

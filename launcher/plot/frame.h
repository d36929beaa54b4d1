#pragma once
// What surrounds the data of a figure: axes with ticks and labels, a legend, a bar of colours.
//
// Figures have no colours of their own: their elements name classes (line, dots, area, mark, with
// c0 … c7; grid, axis, tick, label), and the page says what those look like, in light, in dark and
// on paper.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "launcher/plot/line_path.h"
#include "launcher/plot/scale.h"
#include "src/raster/colour_map.h"

namespace weir::plot {

inline constexpr std::size_t palette_size = 8;  ///< colours c0 … c7

enum class Mark { line, dots, area, bars };

struct Size {
  double width = 460, height = 300;  ///< pixels of a figure that is not scaled
};

struct Axis {
  std::string label;
  Spacing spacing = Spacing::linear;
  std::optional<Range> range{};  ///< default: that of the data
};

struct LegendEntry {
  std::string name;
  Mark mark = Mark::line;
  std::size_t colour = 0;
  bool dashed = false;
};

/// Where data go.
struct Frame {
  Box box;
  Scale x, y;
};

/// "line c2" with what else is said of it.
std::string class_of(Mark mark, std::size_t colour, bool dashed = false);

/// The beginning of a figure; `about` is read to who cannot see it. "</svg>" ends it.
std::string open_svg(const Size& size, std::string_view about);
/// Text whose `anchor` (start, middle, end) stands at (x, y). `style`: its class.
std::string text_at(double x, double y, std::string_view anchor, std::string_view style,
                    std::string_view text);
/// Pixels that a label takes, about: what a browser makes of it is not known here.
double width_of(std::string_view text);
/// `text`, cut to about so many pixels.
std::string shortened(std::string_view text, double pixels);

/// Rows that the legend takes in a figure of that width; 0 without entries.
std::size_t legend_rows(const std::vector<LegendEntry>& entries, double width);
/// `right`: pixels that stay free at the right edge.
Frame make_frame(const Axis& x, const Range& xs, const Axis& y, const Range& ys, const Size& size,
                 std::size_t rows_of_legend, double right = 12);

/// Grid, ticks and labels of a frame.
std::string draw_axes(const Frame& frame, const Axis& x, const Axis& y, const Size& size);
std::string draw_legend(const std::vector<LegendEntry>& entries, double width);
/// A bar of the map's colours along the right edge of `beside`, with its numbers.
std::string draw_colour_bar(const Box& beside, ColourMap map, const Range& range,
                            std::string_view label);
inline constexpr double colour_bar_width = 78;  ///< pixels that it takes at the right

}  // namespace weir::plot

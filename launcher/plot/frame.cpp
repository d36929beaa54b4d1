#include "launcher/plot/frame.h"

#include <algorithm>

#include "launcher/plot/text.h"
#include "src/raster/png.h"

namespace weir::plot {
namespace {

constexpr double character = 6.1, row_height = 16, margin = 6;
constexpr double swatch = 16, between_entries = 16;
constexpr double longest_name = 220;
constexpr double axis_label = 16, tick_label = 16;
constexpr double pixels_a_tick = 62, pixels_a_row = 38;

std::size_t ticks_along(double pixels, double each) {
  return std::max<std::size_t>(2, static_cast<std::size_t>(pixels / each));
}

std::vector<Tick> x_ticks(const Frame& frame) {
  return frame.x.ticks(ticks_along(frame.box.width(), pixels_a_tick));
}

std::vector<Tick> y_ticks(const Frame& frame) {
  return frame.y.ticks(ticks_along(frame.box.height(), pixels_a_row));
}

double widest(const std::vector<Tick>& ticks) {
  double width = 0;
  for (const auto& tick : ticks) width = std::max(width, width_of(tick.text));
  return width;
}

std::string line(double x1, double y1, double x2, double y2, const char* style) {
  return std::string("<path class=\"") + style + "\" d=\"M" + coordinate(x1) + "," +
         coordinate(y1) + "L" + coordinate(x2) + "," + coordinate(y2) + "\"/>";
}

struct PlacedEntry {
  const LegendEntry* entry;
  std::string name;
  double x;
  std::size_t row;
};

std::vector<PlacedEntry> place_legend(const std::vector<LegendEntry>& entries, double width) {
  std::vector<PlacedEntry> placed;
  double x = margin;
  std::size_t row = 0;
  for (const auto& entry : entries) {
    const std::string name = shortened(entry.name, longest_name);
    const double length = swatch + 5 + width_of(name);
    if (x > margin && x + length > width - margin) {
      x = margin;
      ++row;
    }
    placed.push_back({&entry, name, x, row});
    x += length + between_entries;
  }
  return placed;
}

std::string draw_swatch(const LegendEntry& entry, double x, double y) {
  const std::string style = " class=\"" + class_of(entry.mark, entry.colour, entry.dashed) + "\"";
  if (entry.mark == Mark::area || entry.mark == Mark::bars)
    return "<path" + style + " d=\"M" + coordinate(x) + "," + coordinate(y - 4) + "h" +
           coordinate(swatch) + "v8h-" + coordinate(swatch) + "z\"/>";
  if (entry.mark == Mark::dots)
    return "<path" + style + " d=\"M" + coordinate(x + swatch / 2) + "," + coordinate(y) + "h0\"/>";
  return "<path" + style + " d=\"M" + coordinate(x) + "," + coordinate(y) + "h" +
         coordinate(swatch) + "\"/>";
}

std::string rotated(double x, double y, std::string_view text) {
  return "<text class=\"label\" text-anchor=\"middle\" transform=\"translate(" + coordinate(x) +
         "," + coordinate(y) + ") rotate(-90)\">" + escaped(text) + "</text>";
}

Frame frame_in(const Box& box, const Axis& x, const Range& xs, const Axis& y, const Range& ys) {
  return {box, Scale(x.spacing, xs, box.left, box.right),
          Scale(y.spacing, ys, box.bottom, box.top)};
}

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  }));
}

}  // namespace

std::string class_of(Mark mark, std::size_t colour, bool dashed) {
  constexpr const char* marks[] = {"line", "dots", "area", "bars"};
  return std::string(marks[static_cast<std::size_t>(mark)]) + " c" +
         std::to_string(colour % palette_size) + (dashed ? " dashed" : "");
}

std::string open_svg(const Size& size, std::string_view about) {
  return "<svg viewBox=\"0 0 " + coordinate(size.width) + " " + coordinate(size.height) +
         "\" width=\"" + coordinate(size.width) + "\" height=\"" + coordinate(size.height) +
         "\" role=\"img\" aria-label=\"" + escaped(about) + "\">";
}

std::string text_at(double x, double y, std::string_view anchor, std::string_view style,
                    std::string_view text) {
  std::string out = "<text class=\"";
  out.append(style).append("\" x=\"" + coordinate(x) + "\" y=\"" + coordinate(y) + "\"");
  if (anchor != "start") out.append(" text-anchor=\"").append(anchor).append("\"");
  return out + ">" + escaped(text) + "</text>";
}

double width_of(std::string_view text) { return character * static_cast<double>(characters(text)); }

std::string shortened(std::string_view text, double pixels) {
  const auto most = static_cast<std::size_t>(pixels / character);
  if (characters(text) <= most || most == 0) return std::string(text);
  std::size_t end = 0;
  for (std::size_t count = 0; end < text.size(); ++end)
    if ((static_cast<unsigned char>(text[end]) & 0xc0) != 0x80 && count++ == most - 1) break;
  return std::string(text.substr(0, end)) + "…";
}

std::size_t legend_rows(const std::vector<LegendEntry>& entries, double width) {
  const auto placed = place_legend(entries, width);
  return placed.empty() ? 0 : placed.back().row + 1;
}

Frame make_frame(const Axis& x, const Range& xs, const Axis& y, const Range& ys, const Size& size,
                 std::size_t rows_of_legend, double right) {
  Box box{.left = margin + axis_label,
          .top = margin + row_height * static_cast<double>(rows_of_legend) +
                 (rows_of_legend > 0 ? 4 : 2),
          .right = size.width - right,
          .bottom = size.height - axis_label - tick_label - 4};
  // How wide the labels are depends on the height alone.
  box.left += widest(y_ticks(frame_in(box, x, xs, y, ys))) + 6;
  return frame_in(box, x, xs, y, ys);
}

std::string draw_axes(const Frame& frame, const Axis& x, const Axis& y, const Size& size) {
  const auto& box = frame.box;
  std::string out;
  for (const auto& tick : x_ticks(frame)) {
    out += line(tick.pixel, box.top, tick.pixel, box.bottom, "grid");
    // The last one may stand at the very edge.
    const double middle = std::min(tick.pixel, size.width - 1 - width_of(tick.text) / 2);
    out += text_at(middle, box.bottom + 14, "middle", "tick", tick.text);
  }
  for (const auto& tick : y_ticks(frame)) {
    out += line(box.left, tick.pixel, box.right, tick.pixel, "grid");
    out += text_at(box.left - 6, tick.pixel + 4, "end", "tick", tick.text);
  }
  out += line(box.left, box.bottom, box.right, box.bottom, "axis");
  out += line(box.left, box.top, box.left, box.bottom, "axis");
  out += text_at((box.left + box.right) / 2, size.height - 6, "middle", "label", x.label);
  return out + rotated(margin + 8, (box.top + box.bottom) / 2, y.label);
}

std::string draw_legend(const std::vector<LegendEntry>& entries, double width) {
  std::string out;
  for (const auto& [entry, name, x, row] : place_legend(entries, width)) {
    const double y = margin + row_height * (static_cast<double>(row) + 0.5);
    out += draw_swatch(*entry, x, y);
    out += text_at(x + swatch + 5, y + 4, "start", "tick", name);
  }
  return out;
}

std::string draw_colour_bar(const Box& beside, ColourMap map, const Range& range,
                            std::string_view label) {
  constexpr std::size_t levels = 64;
  Table table{.rows = levels, .columns = 1, .values = {}};
  for (std::size_t k = 0; k < levels; ++k)
    table.values.push_back(1 - static_cast<double>(k) / (levels - 1));
  const double left = beside.right + 8, width = 8;
  std::string out = "<image x=\"" + coordinate(left) + "\" y=\"" + coordinate(beside.top) +
                    "\" width=\"" + coordinate(width) + "\" height=\"" +
                    coordinate(beside.height()) + "\" preserveAspectRatio=\"none\" href=\"" +
                    data_uri(png(table, map, {0, 1})) + "\"/>";
  const Scale scale(Spacing::linear, range, beside.bottom, beside.top);
  const double highest = beside.top + (label.empty() ? 0 : 8);  // clear of the label above
  for (const auto& tick : scale.ticks(ticks_along(beside.height(), pixels_a_row)))
    out += text_at(left + width + 4, std::max(tick.pixel + 4, highest), "start", "tick", tick.text);
  if (!label.empty()) out += text_at(beside.right + 4, beside.top - 5, "start", "tick", label);
  return out;
}

}  // namespace weir::plot

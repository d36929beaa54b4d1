#include "examples/common/picture/page.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <functional>

namespace picture {
namespace {

// Lengths in pixels.
constexpr int left_margin = 125, right_margin = 130, top_margin = 112, bottom_margin = 36;
constexpr int panel = 300, gap = 26, row_height = panel + 40, bar_width = 18, line = 20;

struct Scale {
  double lowest, highest;
  std::function<Colour(double)> colour;  // of a value
};

/// One row of the page.
struct Row {
  std::vector<std::string> labels;
  Scale scale;
  std::function<std::vector<float>(const FieldComparison&)> values;
};

std::string number(const char* format, double value) {
  char text[64];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

std::string with_unit(double value, const std::string& unit) {
  const double size = std::abs(value);
  const char* const format = size < 0.1 && size > 0 ? "%.2g" : size < 10 ? "%.2f" : "%.1f";
  return number(format, value) + (unit.empty() ? "" : " " + unit);
}

std::vector<float> difference(const FieldComparison& comparison) {
  std::vector<float> values(comparison.solver.size());
  std::transform(comparison.surrogate.begin(), comparison.surrogate.end(),
                 comparison.solver.begin(), values.begin(), std::minus<>());
  return values;
}

/// Of one value in a hundred the colour is that of the scale's end: a peak in a corner must not
/// take the colours from everything else.
Scale field_scale(const std::vector<FieldComparison>& comparisons) {
  std::vector<float> values;
  for (const auto& comparison : comparisons)
    values.insert(values.end(), comparison.solver.begin(), comparison.solver.end());
  std::sort(values.begin(), values.end());
  const std::size_t beyond = values.size() / 200;
  const double lowest = values[beyond], highest = values[values.size() - 1 - beyond];
  const double extent = highest > lowest ? highest - lowest : 1;
  return {lowest, lowest + extent,
          [=](double value) { return sequential((value - lowest) / extent); }};
}

Scale difference_scale(const std::vector<FieldComparison>& comparisons) {
  double largest = 0;
  for (const auto& comparison : comparisons)
    for (const float value : difference(comparison))
      largest = std::max(largest, std::abs(double{value}));
  if (largest == 0) largest = 1;
  return {-largest, largest, [=](double value) { return diverging(value / largest); }};
}

void draw_panel(Canvas& canvas, int left, int top, const std::vector<std::size_t>& shape,
                const std::vector<float>& values, const Row& row, const std::string& unit) {
  const std::size_t rows = shape[0], columns = shape[1];
  canvas.fill(left, top, panel, panel, [&](int x, int y) {
    const std::size_t i = x * columns / panel, j = (panel - 1 - y) * rows / panel;
    return row.scale.colour(values[j * columns + i]);
  });
  canvas.frame(left, top, panel, panel);
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  canvas.text(left, top + panel + line - 2, "min " + with_unit(*low, unit));
  canvas.text(left + panel, top + panel + line - 2, "max " + with_unit(*high, unit), Align::right);
}

void draw_bar(Canvas& canvas, int left, int top, const Scale& scale, const std::string& unit) {
  const auto value_at = [&](double share) {
    return scale.lowest + share * (scale.highest - scale.lowest);
  };
  canvas.fill(left, top, bar_width, panel,
              [&](int, int y) { return scale.colour(value_at(1 - (y + 0.5) / panel)); });
  canvas.frame(left, top, bar_width, panel);
  for (const double share : {0.0, 0.25, 0.5, 0.75, 1.0}) {
    const double y = top + (panel - 1) * (1 - share);
    canvas.text(left + bar_width + 6, y + 5, with_unit(value_at(share), unit));
  }
}

void draw_heading(Canvas& canvas, int left, const weir::Study& study, const Column& column,
                  double relative_l2) {
  const auto& comparison = column.comparison;
  int baseline = 24;
  canvas.text(left, baseline,
              column.title + ": simulation " + std::to_string(comparison.simulation), Align::left,
              12);
  baseline += line + 2;
  canvas.text(left, baseline, "relative L2 " + number("%.2f", 100 * relative_l2) + " %");
  std::string words;
  for (std::size_t k = 0; k < study.parameters.size(); ++k) {
    const std::string next =
        study.parameters[k].name + " " + number("%.3g", comparison.parameters[k]) + "  ";
    if (Canvas::text_width(words + next) > panel + gap) {
      canvas.text(left, baseline += line, words);
      words.clear();
    }
    words += next;
  }
  canvas.text(left, baseline + line, words);
}

std::vector<Row> rows_of(const std::vector<FieldComparison>& comparisons) {
  return {{{"solver"}, field_scale(comparisons), [](const auto& c) { return c.solver; }},
          {{"surrogate"}, field_scale(comparisons), [](const auto& c) { return c.surrogate; }},
          {{"difference", "surrogate", "- solver"}, difference_scale(comparisons), difference}};
}

std::string footing(const weir::Study& study, const weir::Field& field,
                    const std::vector<Column>& columns) {
  const auto& axis = study.simulation.time;
  const auto time = [&](const Column& column) { return column.comparison.time; };
  std::string text = field.name + " at " + number("%g", time(columns.front()));
  if (time(columns.front()) != time(columns.back()))
    text += " to " + number("%g", time(columns.back()));
  return text + (axis.unit.empty() ? "" : " " + axis.unit) +
         ", simulations that were not trained on; west is left, north is up";
}

}  // namespace

Canvas draw_page(const weir::Study& study, std::size_t which, const std::vector<Column>& columns) {
  const auto& field = study.simulation.fields[which];
  std::vector<FieldComparison> comparisons;
  for (const auto& column : columns) comparisons.push_back(column.comparison.fields[which]);
  const auto rows = rows_of(comparisons);
  const int right = left_margin + static_cast<int>(columns.size()) * (panel + gap);
  const int bottom = top_margin + static_cast<int>(rows.size()) * row_height;
  Canvas canvas(right + right_margin, bottom + bottom_margin);

  for (std::size_t c = 0; c < columns.size(); ++c) {
    const int left = left_margin + static_cast<int>(c) * (panel + gap);
    draw_heading(canvas, left, study, columns[c], comparisons[c].relative_l2);
    for (std::size_t r = 0; r < rows.size(); ++r)
      draw_panel(canvas, left, top_margin + static_cast<int>(r) * row_height, field.shape,
                 rows[r].values(comparisons[c]), rows[r], field.unit);
  }
  for (std::size_t r = 0; r < rows.size(); ++r) {
    const int top = top_margin + static_cast<int>(r) * row_height;
    for (std::size_t k = 0; k < rows[r].labels.size(); ++k)
      canvas.text(left_margin - 14, top + panel / 2 + static_cast<int>(k) * line, rows[r].labels[k],
                  Align::right);
    draw_bar(canvas, right, top, rows[r].scale, field.unit);
  }
  canvas.text(left_margin, bottom + 12, footing(study, field, columns));
  return canvas;
}

}  // namespace picture

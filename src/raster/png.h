#pragma once
// A table of values as a small picture: a PNG (W3C, second edition), also as the data URI of a
// page.

#include <cstddef>
#include <string>
#include <vector>

#include "src/raster/colour_map.h"
#include "src/raster/range.h"

namespace weir::plot {

/// values.size() = rows × columns; the first row is at the top.
struct Table {
  std::size_t rows = 0, columns = 0;
  std::vector<double> values;
};

/// The bytes of a PNG with a palette of 255 colours; what is not finite is transparent.
/// Precondition: at least one value.
std::string png(const Table& table, ColourMap map, const Range& range);
/// "data:image/png;base64,…"
std::string data_uri(const std::string& png);

}  // namespace weir::plot

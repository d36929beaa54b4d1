#pragma once
// A table of values as a small picture inside a page: a PNG (W3C, second edition) in a data URI.

#include <cstddef>
#include <string>
#include <vector>

#include "launcher/plot/colour_map.h"
#include "launcher/plot/scale.h"

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

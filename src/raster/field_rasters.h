#pragma once
// Truth, prediction and their difference of a field as tables, with the ranges of their colours.

#include <cstddef>
#include <vector>

#include "src/raster/png.h"
#include "src/raster/range.h"

namespace weir::plot {

struct FieldRasters {
  Table truth, prediction;
  Table difference;   ///< prediction − truth
  Range values;       ///< of truth and prediction together
  Range differences;  ///< as far below 0 as above it
};

/// Of values row-major in `shape`. Two extents: the field's first row lies at the bottom, that of
/// a picture at the top. One extent: a strip, from left to right, an eighth as high as it is long.
/// Precondition: one or two extents, each at least 1, and as many values as they say.
FieldRasters field_rasters(const std::vector<std::size_t>& shape, const std::vector<double>& truth,
                           const std::vector<double>& prediction);

}  // namespace weir::plot

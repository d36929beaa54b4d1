#pragma once
// The page: a column a simulation; in each the solver's field, the surrogate's, and their
// difference.

#include <string>
#include <vector>

#include "examples/heat2d/picture/canvas.h"
#include "examples/heat2d/picture/comparison.h"

namespace heat2d {

struct Column {
  std::string title;  ///< best, median, worst
  Comparison comparison;
};

/// North is up, west is left. The fields share one colour scale, the differences another one
/// that is symmetric about 0.
Canvas draw_page(const weir::Study& study, const std::vector<Column>& columns);

}  // namespace heat2d

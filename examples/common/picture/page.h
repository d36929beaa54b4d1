#pragma once
// The page: a column a simulation; in each the solver's field, the surrogate's, and their
// difference.

#include <string>
#include <vector>

#include "examples/common/picture/canvas.h"
#include "examples/common/picture/comparison.h"

namespace picture {

struct Column {
  std::string title;  ///< best, median, worst; or a time
  Comparison comparison;
};

/// Of the study's field at this position. North is up, west is left. Solver and surrogate share one
/// colour scale, which leaves out the extreme percent of the values; the differences have another
/// one that is symmetric about 0.
Canvas draw_page(const weir::Study& study, std::size_t field, const std::vector<Column>& columns);

}  // namespace picture

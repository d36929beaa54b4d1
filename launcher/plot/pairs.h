#pragma once
// Points of a space of several dimensions: a plot for each pair of them.

#include <string>
#include <vector>

#include "launcher/plot/frame.h"

namespace weir::plot {

struct Dimension {
  std::string name;
  Range range;
};

/// All rows have one value a dimension.
struct Pairs {
  std::string about;
  std::vector<Dimension> dimensions;
  std::vector<std::vector<double>> points;    ///< small and grey
  std::vector<std::vector<double>> coloured;  ///< above them
  std::vector<double> values;                 ///< of `coloured`, which decide the colours
  std::string value_label;
};

/// The lower triangle of all pairs; of one dimension it against the value. 1000 points and 500
/// coloured ones at most, evenly taken. Without dimensions it says so.
std::string svg(const Pairs& pairs);

}  // namespace weir::plot

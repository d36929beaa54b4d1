#pragma once
// Grids that become coarser: each level has half the points along each axis, rounded up.

#include <vector>

#include "src/surrogate/plan.h"

namespace weir {

/// levels[0] is the fields' own grid.
std::vector<std::vector<std::size_t>> coarser_grids(const std::vector<std::size_t>& finest,
                                                    std::size_t levels);

}  // namespace weir

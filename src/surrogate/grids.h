#pragma once
// Grids: how many points they have, and how they become coarser.

#include <cstddef>
#include <vector>

namespace weir {

/// Of a grid with these extents.
std::size_t points_of(const std::vector<std::size_t>& grid);

/// Each level has half the points along each axis, rounded up; levels[0] is the fields' own grid.
std::vector<std::vector<std::size_t>> coarser_grids(const std::vector<std::size_t>& finest,
                                                    std::size_t levels);

}  // namespace weir

#include "src/surrogate/grids.h"

#include <functional>
#include <numeric>

namespace weir {

std::size_t points_of(const std::vector<std::size_t>& grid) {
  return std::accumulate(grid.begin(), grid.end(), std::size_t{1}, std::multiplies<>());
}

std::vector<std::vector<std::size_t>> coarser_grids(const std::vector<std::size_t>& finest,
                                                    std::size_t levels) {
  std::vector<std::vector<std::size_t>> grids = {finest};
  while (grids.size() < levels) {
    auto next = grids.back();
    for (auto& extent : next) extent = (extent + 1) / 2;
    grids.push_back(next);
  }
  return grids;
}

}  // namespace weir

#include "src/surrogate/grids.h"

namespace weir {

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

#pragma once
// What adaptive sampling keeps in a cut.

#include <cstddef>

#include "server/sampling/redraws.h"
#include "server/sampling/relative_losses.h"

namespace weir {

/// Value type. Of each rank its own; memory and redraws are rank 0's. The settled parameters are
/// in parameters.csv, which no cut takes back.
struct AdaptiveState {
  RelativeLosses::State losses;
  Evidence memory;
  Redraws::State redraws;
  std::size_t settled = 0;  ///< simulations that parameters.csv had
  bool operator==(const AdaptiveState&) const = default;
};

}  // namespace weir

#include "server/training/loss_scaler.h"

#include <algorithm>

namespace weir {

void LossScaler::stepped(bool finite) {
  if (!finite) {
    state_ = {std::max(least, state_.value / 2), 0};
  } else if (++state_.good_steps == growth_interval) {
    state_ = {std::min(most, state_.value * 2), 0};
  }
}

}  // namespace weir

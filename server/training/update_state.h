#pragma once
// What the updates of the weights remember besides tensors.

#include <cstddef>

#include "server/training/loss_scaler.h"

namespace weir {

struct UpdateState {
  std::size_t updates = 0;  ///< steps that changed the weights
  LossScale scale;          ///< fp16
};

}  // namespace weir

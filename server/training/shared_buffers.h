#pragma once
// What forward passes change beside the parameters, the same on all ranks.

#include <vector>

#include <torch/torch.h>

#include "server/collective/collective.h"
#include "server/models/model.h"

namespace weir {

/// Buffers of a model that change while it trains (running statistics of batch normalisation): each
/// rank computes its own, rank 0's count. So a checkpoint, which has rank 0's, leads to the same
/// bits on all ranks.
class SharedBuffers {
 public:
  explicit SharedBuffers(const Model& model);

  /// Collective: rank 0's on all ranks. Does nothing for models whose buffers stay.
  void broadcast(Collective& collective);

 private:
  std::vector<torch::Tensor> buffers_;
  std::vector<float> bytes_;  ///< of all of them, one after another
};

}  // namespace weir

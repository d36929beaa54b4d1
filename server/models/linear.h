#pragma once
// A linear layer whose gradients go straight to where the optimiser reads them.

#include <torch/torch.h>

namespace weir {

/// A parameter, and the memory in which its gradient is wanted, of its shape: backward() writes
/// there when the parameter has no gradient yet, and makes it the parameter's gradient; else it
/// adds to the gradient that there is. A pass that asks for other gradients alone, or creates a
/// graph, is not for such parameters. Undefined: autograd does as it does.
struct Placed {
  torch::Tensor value, place;
};

/// inputs [B, from] × weightᵀ [from, to] + bias [to] → [B, to]. With autocast, or without places,
/// it is LibTorch's own.
torch::Tensor linear(const torch::Tensor& inputs, const Placed& weight, const Placed& bias);

}  // namespace weir

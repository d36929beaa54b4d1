#pragma once
// The operations of a plan, on tensors.

#include <string>
#include <unordered_map>
#include <vector>

#include <torch/torch.h>

#include "server/models/linear.h"
#include "src/surrogate/operation.h"

namespace weir {

/// A plan's tensors by their names.
using PlacedTensors = std::unordered_map<std::string, Placed>;

/// The same function as the script that src/surrogate/torchscript.h prints, which is exported:
/// [B, inputs] → [B, outputs]. `state` is undefined when no operation asks for it.
torch::Tensor run_operations(const std::vector<Operation>& operations, const PlacedTensors& tensors,
                             const torch::Tensor& inputs, const torch::Tensor& state);

}  // namespace weir

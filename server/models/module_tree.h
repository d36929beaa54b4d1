#pragma once
// Tensors under names with dots, as a tree of modules.

#include <string>

#include <torch/torch.h>

namespace weir {

/// Registers `values` as "layers.0.weight" below `root`, whose modules are made as they are needed:
/// a parameter when it is trained, else a buffer. Returns the tensor as it is registered, which
/// shares the memory.
torch::Tensor register_tensor(torch::nn::Module& root, const std::string& name,
                              torch::Tensor values, bool trained);

}  // namespace weir

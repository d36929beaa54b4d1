#pragma once
// Tensors and a function as a TorchScript module: what a model trains with, and what is exported.

#include <string>

#include <torch/script.h>

namespace weir {

/// The name of a tensor in a script: "layers.0.weight" is layers_0_weight.
std::string attribute_name(std::string name);

/// Compiles `def forward(self, ARGUMENT):` with the statements, and returns `result`. Error{input}:
/// LibTorch does not compile it; the text is LibTorch's.
void define_forward(torch::jit::Module& module, const std::string& argument,
                    const std::string& statements, const std::string& result);

}  // namespace weir

#pragma once
// Tensors and a function as a TorchScript module: what a model trains with, and what is exported.

#include <string>

#include <torch/script.h>

namespace weir {

/// Compiles `def forward(self, ARGUMENTS):` with the statements, and returns `result`.
/// Error{input}: LibTorch does not compile it; the text is LibTorch's.
void define_forward(torch::jit::Module& module, const std::string& arguments,
                    const std::string& statements, const std::string& result);

}  // namespace weir

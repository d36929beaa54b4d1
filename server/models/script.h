#pragma once
// A model's tensors and its script as a TorchScript module: what is exported.

#include <string>

#include <torch/script.h>

#include "weir/server/model.h"

namespace weir {

/// Registers copies of the model's parameters and buffers under the names that its script calls
/// them by, or its module as a whole.
void add_tensors(torch::jit::Module& module, const Model& model);

/// Compiles `def forward(self, ARGUMENTS):` with the statements, and returns `result`.
/// Error{input}: LibTorch does not compile it; the text is LibTorch's.
void define_forward(torch::jit::Module& module, const std::string& arguments,
                    const std::string& statements, const std::string& result);

}  // namespace weir

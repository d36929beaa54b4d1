#pragma once
// Operations as the text of a TorchScript method.

#include <string>
#include <vector>

#include "src/surrogate/operation.h"

namespace weir {

/// The name of a tensor in a script: "layers.0.weight" is layers_0_weight.
std::string attribute_name(std::string tensor);

/// Indented statements; a value is a variable of its name, a tensor an attribute of self.
std::string torchscript(const std::vector<Operation>& operations);

}  // namespace weir

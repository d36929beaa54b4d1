#pragma once
// Which attributes the code of a TorchScript module gives new values.

#include <set>
#include <string>

#include <torch/script.h>

namespace weir {

/// The names in `self.name = …` of any method of the module or of one inside it. What is only
/// changed in place is not among them.
std::set<std::string> assigned_attributes(const torch::jit::Module& module);

}  // namespace weir

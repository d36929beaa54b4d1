#pragma once
// A forward pass whose outputs are as many as promised, whatever model it is.

#include "server/models/model.h"

namespace weir {

/// Model::forward, in FP32. A model of the user's was tried on a few rows alone (probe.h), so the
/// shape is looked at each time; the values are not. `outputs`: values of a sample. Errors:
/// Error{study} naming the expected and the found shape; what the model throws.
torch::Tensor checked_forward(Model& model, const torch::Tensor& inputs, const torch::Tensor& state,
                              std::int64_t outputs);

}  // namespace weir

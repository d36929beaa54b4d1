#pragma once
// A look at a model that weir did not make, before anything is trained with it.

#include <string>

#include "server/models/model.h"
#include "src/surrogate/plan.h"

namespace weir {

/// Runs batches of 2 and of 3 zeros through the model, forward and backward, and leaves it, in
/// train(), as it was. `name` begins the message. Errors: Error{input} when the outputs have
/// another shape or type than [B, outputs] FP32, when no parameter is trained or a gradient reaches
/// none, when a tensor is of a type that no checkpoint holds, when its script does not compile or
/// gives other values than its forward, or when the model throws.
void probe(Model& model, const ModelShape& shape, const std::string& name);

}  // namespace weir

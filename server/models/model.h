#pragma once
// Models of weir's own, from their plans. A file of src/surrogate makes each plan.

#include <memory>

#include "src/core/random.h"
#include "src/surrogate/plan.h"
#include "weir/server/model.h"

namespace weir {

/// The model of a plan. Trains the script itself, so what is exported computes what was trained.
/// All values are drawn from `random`, so a seed gives the same model on every rank and with every
/// LibTorch. Error{input}: LibTorch does not compile the script.
std::shared_ptr<Model> make_model(const ModelPlan& plan, Random random);

}  // namespace weir

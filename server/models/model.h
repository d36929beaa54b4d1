#pragma once
// Models of weir's own, from their plans. A file of src/surrogate makes each plan.

#include <memory>
#include <vector>

#include "src/core/random.h"
#include "src/surrogate/plan.h"
#include "weir/server/model.h"

namespace weir {

class PlanModel : public Model {
 public:
  /// One of each parameter's shape, in their order: gradients of layers that can are written there
  /// (server/models/linear.h), and are then the parameter's gradient.
  virtual void place_gradients(const std::vector<torch::Tensor>& places) = 0;
};

/// The model of a plan. All values are drawn from `random`, so a seed gives the same model on every
/// rank and with every LibTorch.
std::shared_ptr<PlanModel> make_model(const ModelPlan& plan, Random random);

}  // namespace weir

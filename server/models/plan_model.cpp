#include "server/models/model.h"
#include "server/models/module_tree.h"
#include "server/models/operations.h"
#include "src/core/normal.h"
#include "src/surrogate/torchscript.h"

namespace weir {
namespace {

std::vector<std::int64_t> sizes_of(const TensorPlan& plan) {
  return {plan.shape.begin(), plan.shape.end()};
}

/// Along each axis the points lie evenly from -1 to 1; a single one lies at 0.
torch::Tensor coordinates(const TensorPlan& plan) {
  std::vector<torch::Tensor> axes;
  for (std::size_t axis = 1; axis < plan.shape.size(); ++axis) {
    const auto points = static_cast<std::int64_t>(plan.shape[axis]);
    axes.push_back(points == 1 ? torch::zeros({1}) : torch::linspace(-1, 1, points));
  }
  return torch::stack(torch::meshgrid(axes, "ij")).contiguous();
}

torch::Tensor start_of(const TensorPlan& plan, Random& random) {
  if (plan.start == Start::coordinates) return coordinates(plan);
  auto values = torch::zeros(sizes_of(plan), torch::kFloat32);
  if (plan.start == Start::zero) return values;
  float* const data = values.data_ptr<float>();
  for (std::int64_t k = 0; k < values.numel(); ++k) {
    const double one = plan.start == Start::normal ? normal(random) : 2 * random.uniform() - 1;
    data[k] = static_cast<float>(plan.scale * one);
  }
  return values;
}

class OperationsModel final : public PlanModel {
 public:
  OperationsModel(const ModelPlan& plan, Random random) : plan_(plan) {
    for (const auto& tensor : plan_.tensors) {
      auto& own = tensors_[tensor.name].value;
      own = register_tensor(*this, tensor.name, start_of(tensor, random), tensor.trained);
    }
  }

  torch::Tensor forward(torch::Tensor inputs, torch::Tensor state) override {
    return run_operations(plan_.operations, tensors_, inputs, state);
  }

  void place_gradients(const std::vector<torch::Tensor>& places) override {
    const auto parameters = named_parameters();
    for (std::size_t k = 0; k < places.size(); ++k)
      tensors_.at(parameters[k].key()).place = places[k];
  }

  std::string script() const override { return torchscript(plan_.operations); }
  const ModelPlan* plan() const override { return &plan_; }
  bool changes_buffers() const override { return false; }

 private:
  const ModelPlan plan_;
  PlacedTensors tensors_;
};

}  // namespace

std::shared_ptr<PlanModel> make_model(const ModelPlan& plan, Random random) {
  return std::make_shared<OperationsModel>(plan, random);
}

}  // namespace weir

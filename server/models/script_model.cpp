#include "server/models/script_model.h"

#include <utility>

#include "server/models/model.h"
#include "server/models/module_tree.h"
#include "src/core/error.h"
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

class ScriptModel final : public Model {
 public:
  ScriptModel(const ModelPlan& plan, Random random) : plan_(plan), compiled_("Model") {
    for (const auto& tensor : plan_.tensors) add(tensor, start_of(tensor, random));
    define_forward(compiled_, plan_.state ? "h, s" : "h", script(), "h");
  }

  torch::Tensor forward(torch::Tensor inputs, torch::Tensor state) override {
    // What is optimised after the first runs would round otherwise than they did, and a training
    // that goes on from a checkpoint would not repeat the bits of one that was not interrupted.
    const torch::jit::GraphOptimizerEnabledGuard as_written(false);
    std::vector<torch::IValue> values = {std::move(inputs)};
    if (plan_.state) values.emplace_back(std::move(state));
    return compiled_.forward(std::move(values)).toTensor();
  }

  std::string script() const override { return torchscript(plan_.operations); }
  const ModelPlan* plan() const override { return &plan_; }
  bool changes_buffers() const override { return false; }

 private:
  void add(const TensorPlan& plan, const torch::Tensor& start) {
    const auto values = register_tensor(*this, plan.name, start, plan.trained);
    if (plan.trained)
      compiled_.register_parameter(attribute_name(plan.name), values, /*is_buffer=*/false);
    else
      compiled_.register_buffer(attribute_name(plan.name), values);
  }

  const ModelPlan plan_;
  torch::jit::Module compiled_;  ///< shares the tensors
};

}  // namespace

void define_forward(torch::jit::Module& module, const std::string& arguments,
                    const std::string& statements, const std::string& result) {
  try {
    module.define("def forward(self, " + arguments + "):\n" + statements + "    return " + result +
                  "\n");
  } catch (const std::exception& error) {  // LibTorch has several of its own
    throw Error(ErrorKind::input,
                std::string("the model's script does not compile: ") + error.what());
  }
}

std::shared_ptr<Model> make_model(const ModelPlan& plan, Random random) {
  return std::make_shared<ScriptModel>(plan, random);
}

}  // namespace weir

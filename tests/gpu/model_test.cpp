// Each kind of model and each loss, forward and backward.

#include "server/losses/loss.h"
#include "src/study/names.h"
#include "tests/gpu/gpu_fixture.h"
#include "tests/unit/models/models.h"

namespace weir {
namespace {

using test::batch;
using test::inputs;

class GpuModel : public test::OnGpu {
 protected:
  struct Passed {
    torch::Tensor outputs, gradients;
  };

  static Passed pass(ModelKind kind, bool state, const torch::Device& device) {
    const std::vector<Field> fields = {{.name = "u", .shape = {12, 10}, .unit = ""},
                                       {.name = "v", .shape = {12, 10}, .unit = ""}};
    const auto settings = state ? test::small_of_a_state(kind) : test::small(kind);
    const auto model =
        test::model_of(settings, {.inputs = inputs, .fields = fields, .state = state}, /*seed=*/1);
    model->to(device);
    torch::manual_seed(2);
    const auto given = torch::randn({batch, inputs}).to(device);
    const auto before = torch::randn({batch, 240}).to(device);
    const auto outputs = model->forward(given, state ? before : torch::Tensor());
    outputs.square().sum().backward();
    std::vector<torch::Tensor> gradients;
    for (const auto& parameter : model->parameters())
      gradients.push_back(parameter.grad().flatten());
    return {outputs, torch::cat(gradients)};
  }

  void expect_as_on_the_cpu(ModelKind kind, bool state) {
    SCOPED_TRACE(std::string(name_of(kind)));
    const Passed there = pass(kind, state, gpu_), here = pass(kind, state, torch::kCPU);
    EXPECT_TRUE(there.outputs.is_cuda());
    EXPECT_LT(test::distance(there.outputs, here.outputs), 1e-4);
    EXPECT_LT(test::distance(there.gradients, here.gradients), 1e-3);
  }
};

TEST_F(GpuModel, ComputesAsOnTheCpu) {
  for (const auto kind :
       {ModelKind::mlp, ModelKind::decoder, ModelKind::unet, ModelKind::fno, ModelKind::deeponet})
    expect_as_on_the_cpu(kind, /*state=*/false);
  for (const auto kind : {ModelKind::mlp, ModelKind::autoencoder, ModelKind::unet, ModelKind::fno,
                          ModelKind::deeponet})
    expect_as_on_the_cpu(kind, /*state=*/true);
}

TEST_F(GpuModel, HasTheLossesOfTheCpu) {
  Study study;
  study.simulation.fields = {{"u", {4}, ""}, {"v", {2, 3}, ""}};
  torch::manual_seed(3);
  const auto prediction = torch::randn({batch, 10}), target = torch::randn({batch, 10});
  for (const auto kind :
       {LossKind::mse, LossKind::l1, LossKind::huber, LossKind::relative_l2, LossKind::sobolev}) {
    for (const double weight : {1.0, 3.0}) {
      study.training.loss.kind = kind;
      study.training.loss.weights = {{"v", weight}};
      const auto gradient_on = [&](const torch::Device& device) {
        const auto own = prediction.clone().to(device).requires_grad_(true);
        (*make_loss(study, {}, device))(own, target.to(device)).sum().backward();
        return own.grad();
      };
      EXPECT_LT(test::distance(gradient_on(gpu_), gradient_on(torch::kCPU)), 1e-5) << name_of(kind);
    }
  }
}

}  // namespace
}  // namespace weir

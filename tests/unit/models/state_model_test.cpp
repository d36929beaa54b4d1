// Models that are given the fields of an earlier step: each value of it matters, increments, what
// is exported, and that the autoencoder passes it through few values.

#include <gtest/gtest.h>
#include <torch/script.h>

#include "server/export/export.h"
#include "src/core/error.h"
#include "src/study/names.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/models/models.h"

namespace weir {
namespace {

using test::batch;
using test::Case;
using test::inputs;
using test::small_of_a_state;

class EachStateModel : public testing::TestWithParam<Case> {
 protected:
  static ModelShape shape(bool increment = false) {
    const auto& grid = GetParam().grid;
    return {.inputs = inputs,
            .fields = {{.name = "u", .shape = grid, .unit = ""},
                       {.name = "v", .shape = grid, .unit = ""}},
            .state = true,
            .increment = increment};
  }
  static std::shared_ptr<Model> make(bool increment = false) {
    return test::model_of(small_of_a_state(GetParam().kind), shape(increment), /*seed=*/1);
  }
  static std::int64_t outputs() { return static_cast<std::int64_t>(shape().outputs()); }

  torch::Tensor x_ = (torch::manual_seed(3), 2 * torch::rand({batch, inputs}) - 1);
  torch::Tensor state_ = torch::randn({batch, outputs()});
};

TEST_P(EachStateModel, GivesAllFieldsAndDependsOnEachInputAndEachValueOfTheState) {
  const auto model = make();
  x_.set_requires_grad(true);
  state_.set_requires_grad(true);
  const auto y = model->forward(x_, state_);
  ASSERT_EQ(y.sizes(), (torch::IntArrayRef{batch, outputs()}));
  // Weighted, so that nothing cancels.
  (y * torch::randn_like(y))[1].sum().backward();
  EXPECT_GT(x_.grad()[1].abs().min().item<double>(), 0);
  // A convolution may not see every point through the largest of two: nearly all of them.
  const auto reached = state_.grad()[1].abs().gt(0).sum().item<std::int64_t>();
  EXPECT_GE(reached, GetParam().kind == ModelKind::autoencoder ? outputs() / 2 : outputs());
  EXPECT_EQ(state_.grad()[0].abs().max().item<double>(), 0) << "another sample of the batch";
  for (const auto& parameter : model->named_parameters())
    EXPECT_GT(parameter.value().grad().abs().max().item<double>(), 0) << parameter.key();
}

TEST_P(EachStateModel, AddsAnIncrementToTheState) {
  const auto value = make()->forward(x_, state_).detach();
  const auto increment = make(/*increment=*/true)->forward(x_, state_).detach();
  EXPECT_TRUE(torch::allclose(increment, state_ + value, 1e-5, 1e-6));
}

TEST_P(EachStateModel, IsExportedAsAFunctionOfInputsAndStateInTheirUnits) {
  const auto model = make(/*increment=*/true);
  const auto points = shape().fields.front().size();
  const Normalisation scaling = {
      .state = true,
      .centre = {1, 2, 3},
      .half_width = {2, 2, 2},
      .fields = {{.mean = 5, .deviation = 2}, {.mean = -1, .deviation = 3}},
      .field_sizes = {points, points}};
  const test::TemporaryFolder folder;
  export_torchscript(posix_file_system(), folder / "model.pt", *model, scaling);
  const auto physical = [&](const torch::Tensor& fields) {
    const auto parts = fields.split(static_cast<std::int64_t>(points), 1);
    return torch::cat({parts[0] * 2 + 5, parts[1] * 3 - 1}, 1);
  };
  const auto got = torch::jit::load((folder / "model.pt").string())
                       .forward({x_ * 2 + torch::tensor({1.0F, 2.0F, 3.0F}), physical(state_)})
                       .toTensor();
  EXPECT_TRUE(torch::allclose(got, physical(model->forward(x_, state_).detach()), 1e-4, 1e-5));
}

TEST_P(EachStateModel, LearnsTheNextStep) {
  const auto model = make(/*increment=*/true);
  // A wave that grows with the first input: a smooth state, and what follows from it.
  const auto place = torch::linspace(0, 3, outputs()).unsqueeze(0);
  const auto x = 2 * torch::rand({32, inputs}) - 1;
  const auto state = torch::sin(place + x.narrow(1, 1, 1));
  const auto next = state * (1 + 0.3 * x.narrow(1, 0, 1));
  torch::optim::Adam optimizer(model->parameters(), torch::optim::AdamOptions(5e-3));
  double first = 0, last = 0;
  for (int step = 0; step < 200; ++step) {
    optimizer.zero_grad();
    const auto loss = (model->forward(x, state) - next).square().mean();
    loss.backward();
    optimizer.step();
    last = loss.item<double>();
    if (step == 0) first = last;
  }
  EXPECT_LT(last, 0.3 * first);
}

INSTANTIATE_TEST_SUITE_P(OnEachGrid, EachStateModel,
                         testing::ValuesIn(test::cases_of({ModelKind::mlp, ModelKind::autoencoder,
                                                           ModelKind::unet, ModelKind::fno,
                                                           ModelKind::deeponet})),
                         test::name_of_case);

TEST(Autoencoder, PassesTheStateThroughItsLatentValues) {
  ModelSettings settings = small_of_a_state(ModelKind::autoencoder);
  settings.latent = 2;
  const auto model = test::model_of(settings,
                                    {.inputs = 1,
                                     .fields = {{.name = "u", .shape = {8, 8}, .unit = ""}},
                                     .state = true,
                                     .increment = false},
                                    /*seed=*/1);
  torch::manual_seed(5);
  const auto x = torch::zeros({1, 1});
  const auto state = torch::randn({1, 64}).set_requires_grad(true);
  const auto y = model->forward(x, state);
  std::vector<torch::Tensor> rows;
  for (std::int64_t k = 0; k < 64; ++k)
    rows.push_back(torch::autograd::grad({y[0][k]}, {state}, {}, /*retain_graph=*/true)[0][0]);
  const auto singular = std::get<1>(torch::svd(torch::stack(rows)));
  EXPECT_GT(singular[1].item<double>(), 1e-6);
  EXPECT_LT(singular[2].item<double>(), 1e-4 * singular[0].item<double>()) << "a third way through";
}

}  // namespace
}  // namespace weir

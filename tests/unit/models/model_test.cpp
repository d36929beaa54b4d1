// Each kind of model on grids of each dimension: shapes, gradients, bits, and that it learns.

#include "server/models/model.h"

#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/script.h>

#include "server/export/export.h"
#include "server/training/digest.h"
#include "src/core/error.h"
#include "src/study/names.h"
#include "src/surrogate/torchscript.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/models/models.h"

namespace weir {
namespace {

using test::batch;
using test::Case;
using test::inputs;
using test::small;

std::uint64_t digest_of(const std::vector<torch::Tensor>& tensors) {
  std::uint64_t sum = 0;
  for (const auto& tensor : tensors)
    sum = digest({tensor.data_ptr<float>(), static_cast<std::size_t>(tensor.numel())}, sum);
  return sum;
}

class EachModel : public testing::TestWithParam<Case> {
 protected:
  static std::vector<Field> fields() {
    return {{.name = "u", .shape = GetParam().grid, .unit = ""},
            {.name = "v", .shape = GetParam().grid, .unit = ""}};
  }
  static std::shared_ptr<Model> make(std::uint64_t seed = 1) {
    return test::model_of(small(GetParam().kind), inputs, fields(), seed);
  }
  static torch::Tensor some_inputs() {
    torch::manual_seed(3);
    return 2 * torch::rand({batch, inputs}) - 1;
  }
};

TEST_P(EachModel, GivesAllFieldsAndEachParameterMatters) {
  const auto model = make();
  const auto outputs = model->forward(some_inputs(), {});
  const auto points = static_cast<std::int64_t>(fields().front().size());
  ASSERT_EQ(outputs.sizes(), (torch::IntArrayRef{batch, 2 * points}));
  outputs.square().sum().backward();
  for (const auto& parameter : model->named_parameters()) {
    ASSERT_TRUE(parameter.value().grad().defined()) << parameter.key();
    EXPECT_GT(parameter.value().grad().abs().max().item<double>(), 0) << parameter.key();
  }
}

TEST_P(EachModel, DependsOnEachInputAtEachSample) {
  const auto model = make();
  const auto x = some_inputs();
  const auto before = model->forward(x, {}).detach();
  for (std::int64_t input = 0; input < inputs; ++input) {
    auto moved = x.clone();
    moved[1][input] += 0.5;
    const auto change = (model->forward(moved, {}).detach() - before).abs().amax(1);
    EXPECT_GT(change[1].item<double>(), 1e-6);
    EXPECT_LT(change[0].item<double>(), 1e-6) << "another sample of the batch";
  }
}

TEST_P(EachModel, IsTheSameForASeedAndAnotherForAnother) {
  EXPECT_EQ(digest_of(make(1)->parameters()), digest_of(make(1)->parameters()));
  EXPECT_NE(digest_of(make(1)->parameters()), digest_of(make(2)->parameters()));
}

TEST_P(EachModel, ComputesTheSameBitsEachTime) {
  const auto model = make();
  const auto x = some_inputs();
  std::set<std::uint64_t> outputs, gradients;
  for (int run = 0; run < 4; ++run) {
    for (auto& parameter : model->parameters()) parameter.mutable_grad() = torch::Tensor();
    const auto y = model->forward(x, {});
    y.square().sum().backward();
    std::vector<torch::Tensor> grads;
    for (const auto& parameter : model->parameters())
      grads.push_back(parameter.grad().contiguous());
    outputs.insert(digest_of({y.detach().contiguous()}));
    gradients.insert(digest_of(grads));
  }
  EXPECT_EQ(outputs.size(), 1u);
  EXPECT_EQ(gradients.size(), 1u);
}

TEST_P(EachModel, IsExportedAsTheFunctionThatWasTrained) {
  const auto model = make();
  const auto points = fields().front().size();
  const Normalisation scaling = {
      .centre = {1, 2, 3},
      .half_width = {2, 2, 2},
      .fields = {{.mean = 5, .deviation = 2}, {.mean = -1, .deviation = 3}},
      .field_sizes = {points, points}};
  const test::TemporaryFolder folder;
  export_torchscript(posix_file_system(), folder / "model.pt", *model, scaling);
  const auto x = some_inputs();
  const auto physical = x * 2 + torch::tensor({1.0F, 2.0F, 3.0F});
  const auto got = torch::jit::load((folder / "model.pt").string()).forward({physical}).toTensor();
  const auto y = model->forward(x, {}).detach();
  const auto each = static_cast<std::int64_t>(points);
  const auto u = (got.narrow(1, 0, each) - 5) / 2, v = (got.narrow(1, each, each) + 1) / 3;
  EXPECT_LE((torch::cat({u, v}, 1) - y).abs().max().item<double>(), 1e-6);
}

/// A wave whose height and length the inputs give, as two fields.
torch::Tensor truth(const torch::Tensor& x, std::size_t points) {
  const auto place = torch::linspace(0, 3, static_cast<std::int64_t>(points)).unsqueeze(0);
  const auto u = x.narrow(1, 0, 1) + torch::sin(place * (1 + 0.3 * x.narrow(1, 1, 1)));
  return torch::cat({u, x.narrow(1, 2, 1) * torch::cos(place)}, 1);
}

TEST_P(EachModel, LearnsFieldsThatDependOnItsInputs) {
  const auto model = make();
  torch::manual_seed(7);
  const auto x = 2 * torch::rand({32, inputs}) - 1;
  const auto y = truth(x, fields().front().size());
  torch::optim::Adam optimizer(model->parameters(), torch::optim::AdamOptions(5e-3));
  double first = 0, last = 0;
  for (int step = 0; step < 300; ++step) {
    optimizer.zero_grad();
    const auto loss = (model->forward(x, {}) - y).square().mean();
    loss.backward();
    optimizer.step();
    last = loss.item<double>();
    if (step == 0) first = last;
  }
  EXPECT_LT(last, 0.1 * first);
}

TEST_P(EachModel, ItsPlanCountsItsValues) {
  const auto plan = plan_model(small(GetParam().kind), {.inputs = inputs, .fields = fields()});
  std::int64_t values = 0;
  for (const auto& tensor : make()->parameters()) values += tensor.numel();
  for (const auto& tensor : make()->buffers()) values += tensor.numel();
  EXPECT_EQ(plan.values(), static_cast<std::size_t>(values));
}

INSTANTIATE_TEST_SUITE_P(OnEachGrid, EachModel,
                         testing::ValuesIn(test::cases_of({ModelKind::mlp, ModelKind::decoder,
                                                           ModelKind::unet, ModelKind::fno,
                                                           ModelKind::deeponet})),
                         test::name_of_case);

TEST(Mlp, StartsWithinTheBoundOfItsFanIn) {
  const auto model = test::mlp({400}, Activation::relu, 4, 10, 1);
  const auto parameters = model->named_parameters();
  EXPECT_LE(parameters["layers.0.weight"].abs().max().item<double>(), 0.5);
  EXPECT_GT(parameters["layers.0.weight"].abs().max().item<double>(), 0.49);
  EXPECT_LE(parameters["layers.1.weight"].abs().max().item<double>(), 0.05);
  EXPECT_NEAR(parameters["layers.1.weight"].std().item<double>(), 0.05 / std::sqrt(3.0), 1e-3);
}

TEST(Mlp, AddsWhatALayerOfTheSameWidthGets) {
  ModelSettings settings = small(ModelKind::mlp);
  settings.residual = true;
  const auto model = test::model_of(settings, 3, {{.name = "u", .shape = {24}, .unit = ""}}, 1);
  for (auto& parameter : model->named_parameters())
    if (parameter.key().starts_with("layers.1")) torch::nn::init::zeros_(parameter.value());
  // The middle layer gives gelu(0) = 0 and what it got; without the sum all would be one constant.
  const auto y = model->forward(torch::rand({4, 3}), {}).detach();
  EXPECT_GT((y[0] - y[1]).abs().max().item<double>(), 1e-3);
}

TEST(Mlp, PassesSinesAndCosinesOfRandomFrequencies) {
  ModelSettings settings = small(ModelKind::mlp);
  settings.hidden = {};
  settings.fourier_features = 50;
  settings.fourier_scale = 2;
  const auto model = test::model_of(settings, 3, {{.name = "u", .shape = {7}, .unit = ""}}, 1);
  const auto frequencies = model->named_buffers()["frequencies"];
  EXPECT_EQ(frequencies.sizes(), (torch::IntArrayRef{50, 3}));
  EXPECT_NEAR(frequencies.std().item<double>(), 2, 0.3);
  const auto x = torch::rand({4, 3});
  const auto angle = 2 * M_PI * torch::matmul(x, frequencies.t());
  const auto parameters = model->named_parameters();
  const auto expected = torch::linear(torch::cat({torch::sin(angle), torch::cos(angle)}, 1),
                                      parameters["layers.0.weight"], parameters["layers.0.bias"]);
  EXPECT_TRUE(torch::allclose(model->forward(x, {}), expected, 1e-4, 1e-5));
}

TEST(Fno, KeepsTheLowestModesInEachCornerOfTheSpectrum) {
  ModelSettings settings = small(ModelKind::fno);
  settings.layers = 1;
  const auto plan =
      plan_fno(settings, {.inputs = 1, .fields = {{.name = "u", .shape = {12}, .unit = ""}}});
  EXPECT_THAT(torchscript(plan.operations), testing::HasSubstr("[:, :, :2]"));
  const auto two =
      plan_fno(settings, {.inputs = 1, .fields = {{.name = "u", .shape = {8, 8}, .unit = ""}}});
  EXPECT_THAT(torchscript(two.operations), testing::HasSubstr("[:, :, :2, :2]"));
  EXPECT_THAT(torchscript(two.operations), testing::HasSubstr("[:, :, -2:, :2]"));
}

TEST(Coordinates, GoFromMinusOneToOneAlongEachAxis) {
  ModelSettings settings = small(ModelKind::deeponet);
  const auto model = test::model_of(settings, 3, {{.name = "u", .shape = {3, 1}, .unit = ""}}, 1);
  const auto places = model->named_buffers()["coordinates"];
  EXPECT_TRUE(torch::equal(places[0].flatten(), torch::tensor({-1.0F, 0.0F, 1.0F})));
  EXPECT_TRUE(torch::equal(places[1].flatten(), torch::zeros({3})));
}

}  // namespace
}  // namespace weir

// What computes in which precision.

#include "server/training/autocast.h"

#include <string>

#include <ATen/autocast_mode.h>
#include <gtest/gtest.h>

#include "src/core/error.h"
#include "src/study/names.h"
#include "tests/unit/models/models.h"

namespace weir {
namespace {

TEST(PrecisionOfADevice, RefusesFp16OnTheCpu) {
  EXPECT_NO_THROW(check_precision(Precision::bf16, torch::kCPU));
  EXPECT_NO_THROW(check_precision(Precision::fp16, torch::kCUDA));
  try {
    check_precision(Precision::fp16, torch::kCPU);
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::input);
    EXPECT_NE(std::string(error.what()).find("use \"bf16\""), std::string::npos);
  }
}

TEST(PrecisionOfADevice, Bf16ComputesProductsInItAndEndsWithItsScope) {
  const auto a = torch::full({2, 2}, 1.0F + 1.0F / 1024), b = torch::eye(2);
  {
    const AutocastScope scope(Precision::bf16, torch::kCPU);
    const auto product = torch::matmul(a, b);
    EXPECT_EQ(product.scalar_type(), torch::kBFloat16);
    EXPECT_EQ(product[0][0].item<float>(), 1) << "seven bits hold no 1/1024";
  }
  EXPECT_EQ(torch::matmul(a, b).scalar_type(), torch::kFloat32);
  const AutocastScope none(Precision::fp32, torch::kCPU);
  EXPECT_EQ(torch::matmul(a, b).scalar_type(), torch::kFloat32);
}

/// LibTorch 1.13 has no FP16 on a CPU, and says so.
TEST(PrecisionOfADevice, Fp16IsNotComputedInBf16) {
  try {
    const AutocastScope scope(Precision::fp16, torch::kCPU);
    EXPECT_EQ(at::autocast::get_autocast_cpu_dtype(), torch::kHalf);
  } catch (const c10::Error& error) {
    EXPECT_NE(std::string(error.what()).find("AutocastCPU only support"), std::string::npos);
  }
  const auto a = torch::eye(2);
  EXPECT_EQ(torch::matmul(a, a).scalar_type(), torch::kFloat32);
}

/// All gradients of a model in one row, and its outputs before them.
torch::Tensor trained(Model& model, Precision precision, const torch::Tensor& inputs,
                      const torch::Tensor& state) {
  model.zero_grad();
  torch::Tensor outputs;
  {
    const AutocastScope scope(precision, torch::kCPU);
    outputs = model.forward(inputs, state).to(torch::kFloat32);
  }
  outputs.square().sum().backward();
  std::vector<torch::Tensor> parts = {outputs.detach().flatten()};
  for (const auto& parameter : model.parameters()) parts.push_back(parameter.grad().flatten());
  return torch::cat(parts);
}

class EachModel : public testing::TestWithParam<ModelKind> {};

TEST_P(EachModel, TrainsInBf16NearlyAsInFp32AndTheSameAgain) {
  ModelSettings settings;
  settings.kind = GetParam();
  settings.activation = Activation::gelu;
  settings.hidden = {16, 16};
  settings.residual = true;
  settings.channels = {4, 8};
  settings.modes = 2;
  settings.width = 4;
  settings.layers = 2;
  settings.basis = 4;
  settings.fourier_features = settings.kind == ModelKind::mlp ? 4 : 0;
  const std::vector<Field> fields = {{"u", {8, 8}, ""}, {"v", {8, 8}, ""}};
  const bool of_a_state = settings.kind == ModelKind::autoencoder;
  const auto model =
      test::model_of(settings, {.inputs = 3, .fields = fields, .state = of_a_state}, /*seed=*/4);
  torch::manual_seed(3);
  const auto inputs = torch::rand({5, 3}) * 2 - 1;
  const auto state = of_a_state ? torch::randn({5, 128}) : torch::Tensor();
  const auto exact = trained(*model, Precision::fp32, inputs, state);
  const auto rounded = trained(*model, Precision::bf16, inputs, state);
  EXPECT_EQ(rounded.scalar_type(), torch::kFloat32);
  EXPECT_FALSE(torch::equal(rounded, exact)) << "nothing computed in bf16";
  EXPECT_LT((rounded - exact).norm().item<float>(), 0.05 * exact.norm().item<float>());
  EXPECT_TRUE(torch::equal(trained(*model, Precision::bf16, inputs, state), rounded));
}

INSTANTIATE_TEST_SUITE_P(Kinds, EachModel,
                         testing::Values(ModelKind::mlp, ModelKind::decoder, ModelKind::unet,
                                         ModelKind::fno, ModelKind::deeponet,
                                         ModelKind::autoencoder),
                         [](const auto& kind) { return std::string(name_of(kind.param)); });

}  // namespace
}  // namespace weir

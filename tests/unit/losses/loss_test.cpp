// The losses by numbers worked out by hand, and their gradients against finite differences.

#include "server/losses/loss.h"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/torch.h>

#include "src/core/error.h"
#include "src/study/names.h"

namespace weir {
namespace {

using testing::HasSubstr;

/// Fields u of 4 values and v of 2 × 3.
Study study_of(LossKind kind) {
  Study study;
  study.simulation.fields = {{"u", {4}, ""}, {"v", {2, 3}, ""}};
  study.training.loss.kind = kind;
  return study;
}

torch::Tensor row(const std::vector<float>& values) {
  return torch::tensor(values).reshape({1, static_cast<std::int64_t>(values.size())});
}

/// Of one sample.
double loss(const Study& study, const std::vector<float>& prediction,
            const std::vector<float>& target) {
  const auto values = (*make_loss(study))(row(prediction), row(target));
  EXPECT_EQ(values.sizes(), torch::IntArrayRef({1}));
  return values.item<float>();
}

const std::vector<float> zeros(10, 0);
const std::vector<float> error = {3, 0, 0, 0, /*v*/ 0, 1, 0, 0, -2, 0};

TEST(Loss, MeanSquaredErrorIsTheMeanOverAllValues) {
  Study study = study_of(LossKind::mse);
  EXPECT_FLOAT_EQ(loss(study, error, zeros), (9 + 1 + 4) / 10.0);
  study.training.loss.weights = {{"v", 3}};
  EXPECT_FLOAT_EQ(loss(study, error, zeros), (9 + 3 * (1 + 4)) / 10.0);
}

TEST(Loss, L1IsTheMeanAbsoluteError) {
  Study study = study_of(LossKind::l1);
  EXPECT_FLOAT_EQ(loss(study, error, zeros), (3 + 1 + 2) / 10.0);
  study.training.loss.weights = {{"u", 0}};
  EXPECT_FLOAT_EQ(loss(study, error, zeros), (1 + 2) / 10.0);
}

TEST(Loss, HuberIsASquareUpToDeltaAndALineBeyond) {
  Study study = study_of(LossKind::huber);
  study.training.loss.delta = 1.5;
  const double lines = 1.5 * (3 - 0.75) + 1.5 * (2 - 0.75);
  EXPECT_FLOAT_EQ(loss(study, error, zeros), (lines + 0.5) / 10);
  study.training.loss.weights = {{"v", 2}};
  EXPECT_FLOAT_EQ(loss(study, error, zeros), (1.5 * 2.25 + 2 * (0.5 + 1.5 * 1.25)) / 10);
}

TEST(Loss, RelativeL2ComparesEachFieldWithItsOwnSize) {
  Study study = study_of(LossKind::relative_l2);
  const std::vector<float> target = {0, 5, 0, 0, /*v*/ 0, 0, 0, 2, 0, 0};
  std::vector<float> prediction = target;
  for (std::size_t k = 0; k < error.size(); ++k) prediction[k] += error[k];
  const double u = 3.0 / 5, v = std::sqrt(5.0) / 2;
  EXPECT_FLOAT_EQ(loss(study, prediction, target), (u + v) / 2);
  study.training.loss.weights = {{"u", 4}};
  EXPECT_FLOAT_EQ(loss(study, prediction, target), (4 * u + v) / 2);
}

TEST(Loss, RelativeL2OfAFieldAtItsMeanIsFiniteAndSoIsItsGradient) {
  const Study study = study_of(LossKind::relative_l2);
  EXPECT_FLOAT_EQ(loss(study, error, zeros),
                  (3 / (1e-3 * std::sqrt(4)) + std::sqrt(5) / (1e-3 * std::sqrt(6))) / 2);
  const auto prediction = row(zeros).requires_grad_(true);
  (*make_loss(study))(prediction, row(zeros)).sum().backward();
  EXPECT_EQ(prediction.grad().abs().max().item<float>(), 0);
}

TEST(Loss, SobolevAddsTheSquaredDifferencesBetweenNeighboursAlongEachAxis) {
  Study study = study_of(LossKind::sobolev);
  study.training.loss.gradient = 0.5;
  // u: one difference of -3 among three. v, rows (0 1 0) and (0 -2 0): along the first axis
  // (0 -3 0), along the second (1 -1) and (-2 2).
  const double u = 9 / 4.0 + 0.5 * (9 / 3.0);
  const double v = 5 / 6.0 + 0.5 * (9 / 3.0 + 10 / 4.0);
  EXPECT_FLOAT_EQ(loss(study, error, zeros), 0.4 * u + 0.6 * v);
  study.training.loss.weights = {{"u", 2}};
  EXPECT_FLOAT_EQ(loss(study, error, zeros), 2 * 0.4 * u + 0.6 * v);
  study.training.loss.weights.clear();
  study.training.loss.gradient = 0;
  EXPECT_FLOAT_EQ(loss(study, error, zeros), loss(study_of(LossKind::mse), error, zeros));
}

TEST(Loss, SobolevTakesAxesOfOnePoint) {
  Study study = study_of(LossKind::sobolev);
  study.simulation.fields = {{"u", {1, 2, 1}, ""}, {"v", {1}, ""}};
  EXPECT_FLOAT_EQ(loss(study, {1, 3, 2}, {0, 0, 0}), (1 + 9 + 4) / 3.0 + 2 / 3.0 * 4);
}

class EachLoss : public testing::TestWithParam<LossKind> {};

TEST_P(EachLoss, IsOneValueASampleAndZeroForThePerfectOne) {
  const auto of = make_loss(study_of(GetParam()));
  torch::manual_seed(5);
  const auto target = torch::randn({3, 10});
  auto prediction = torch::randn({3, 10});
  prediction[1].copy_(target[1]);
  const auto together = (*of)(prediction, target);
  ASSERT_EQ(together.sizes(), torch::IntArrayRef({3}));
  EXPECT_EQ(together[1].item<float>(), 0);
  for (std::int64_t k = 0; k < 3; ++k) {
    const auto alone = (*of)(prediction.narrow(0, k, 1), target.narrow(0, k, 1));
    EXPECT_FLOAT_EQ(alone.item<float>(), together[k].item<float>());
  }
}

/// Central differences of the sum, in FP32, at points where no loss has a corner.
TEST_P(EachLoss, HasTheGradientThatFiniteDifferencesGive) {
  Study study = study_of(GetParam());
  study.training.loss.weights = {{"v", 1.5}};
  study.training.loss.gradient = 0.7;
  const auto of = make_loss(study);
  torch::manual_seed(6);
  const auto target = torch::randn({2, 10});
  const auto prediction = (target + 0.3 + torch::rand({2, 10})).requires_grad_(true);
  (*of)(prediction, target).sum().backward();
  const torch::NoGradGuard no_gradients;
  constexpr float h = 1.0F / 64;
  for (std::int64_t k = 0; k < prediction.numel(); ++k) {
    const auto at = [&](float shift) {
      auto moved = prediction.detach().clone();
      moved.view({-1})[k] += shift;
      return (*of)(moved, target).sum(torch::kFloat64).item<double>();
    };
    EXPECT_NEAR(prediction.grad().view({-1})[k].item<float>(), (at(h) - at(-h)) / (2 * h), 2e-3);
  }
}

INSTANTIATE_TEST_SUITE_P(Kinds, EachLoss,
                         testing::Values(LossKind::mse, LossKind::l1, LossKind::relative_l2,
                                         LossKind::huber, LossKind::sobolev),
                         [](const auto& kind) { return std::string(name_of(kind.param)); });

class HalfLoss final : public Loss {
 public:
  torch::Tensor operator()(const torch::Tensor& prediction, const torch::Tensor&) const override {
    return torch::full({prediction.size(0)}, 0.5);
  }
};

TEST(Loss, OfAPlugInIsFoundByItsName) {
  Study study = study_of(LossKind::plugin);
  study.training.loss.name = "half";
  Plugged plugged;
  plugged.registry.add_loss("half", [](const StudyShape&) { return std::make_shared<HalfLoss>(); });
  EXPECT_EQ((*make_loss(study, plugged))(row(error), row(zeros)).item<float>(), 0.5F);
  study.training.loss.name = "quarter";
  try {
    make_loss(study, plugged);
    FAIL() << "no error";
  } catch (const Error& refusal) {
    EXPECT_EQ(refusal.kind(), ErrorKind::input);
    EXPECT_THAT(refusal.what(),
                HasSubstr("is \"quarter\", but no plug-in has a loss of this name"));
  }
}

}  // namespace
}  // namespace weir

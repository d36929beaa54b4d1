// Squared errors of values and of their differences between neighbours.

#include <utility>

#include "server/losses/losses.h"

namespace weir {
namespace {

/// Mean of the squares of all values of a sample.
torch::Tensor mean_of_squares(const torch::Tensor& values) {
  return values.square().flatten(/*start_dim=*/1).mean(1);
}

/// `error`: [B, grid…] → [B]
torch::Tensor squared_differences(const torch::Tensor& error) {
  auto sum = torch::zeros({error.size(0)}, error.options().requires_grad(false));
  for (std::int64_t axis = 1; axis < error.dim(); ++axis) {
    const std::int64_t last = error.size(axis) - 1;
    if (last == 0) continue;
    sum = sum + mean_of_squares(error.narrow(axis, 1, last) - error.narrow(axis, 0, last));
  }
  return sum;
}

class SobolevLoss final : public Loss {
 public:
  SobolevLoss(std::vector<FieldPart> parts, double gradient)
      : parts_(std::move(parts)), gradient_(gradient) {}

  torch::Tensor operator()(const torch::Tensor& prediction,
                           const torch::Tensor& target) const override {
    const auto error = prediction - target;
    torch::Tensor sum;
    for (const auto& part : parts_) {
      const double share =
          part.weight * static_cast<double>(part.size) / static_cast<double>(error.size(1));
      const auto value = share * of_field(part, part.of(error));
      sum = sum.defined() ? sum + value : value;
    }
    return sum;
  }

 private:
  torch::Tensor of_field(const FieldPart& part, const torch::Tensor& error) const {
    std::vector<std::int64_t> shape = part.shape;
    shape.insert(shape.begin(), error.size(0));
    return mean_of_squares(error) + gradient_ * squared_differences(error.reshape(shape));
  }

  std::vector<FieldPart> parts_;
  double gradient_;
};

}  // namespace

std::unique_ptr<Loss> make_sobolev_loss(const Study& study) {
  return std::make_unique<SobolevLoss>(field_parts(study), study.training.loss.gradient);
}

}  // namespace weir

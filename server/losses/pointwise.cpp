// Losses that look at each value by itself.

#include <utility>

#include "server/losses/losses.h"
#include "server/losses/mean_squares.h"

namespace weir {
namespace {

class PointwiseLoss final : public Loss {
 public:
  PointwiseLoss(const LossSettings& settings, torch::Tensor weights)
      : kind_(settings.kind), delta_(settings.delta), weights_(std::move(weights)) {}

  torch::Tensor operator()(const torch::Tensor& prediction,
                           const torch::Tensor& target) const override {
    if (kind_ == LossKind::mse && !weights_.defined()) return mean_squares(prediction, target);
    const auto values = of_values(prediction, target);
    // Not mean(): its gradient would be one more array of the size of a batch.
    return (weights_.defined() ? values * weights_ : values).sum(1) /
           static_cast<double>(target.size(1));
  }

 private:
  torch::Tensor of_values(const torch::Tensor& prediction, const torch::Tensor& target) const {
    if (kind_ == LossKind::l1) return torch::l1_loss(prediction, target, at::Reduction::None);
    if (kind_ == LossKind::huber)
      return torch::huber_loss(prediction, target, at::Reduction::None, delta_);
    return torch::mse_loss(prediction, target, at::Reduction::None);
  }

  LossKind kind_;
  double delta_;
  torch::Tensor weights_;  ///< of each value; undefined: all 1
};

}  // namespace

std::unique_ptr<Loss> make_pointwise_loss(const Study& study, const torch::Device& device) {
  auto weights = value_weights(study);
  if (weights.defined()) weights = weights.to(device);
  return std::make_unique<PointwiseLoss>(study.training.loss, std::move(weights));
}

}  // namespace weir

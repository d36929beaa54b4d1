#include "server/training/weight_average.h"

#include <cmath>
#include <utility>

namespace weir {

WeightAverage::WeightAverage(double decay, std::vector<torch::Tensor> weights) : decay_(decay) {
  if (decay_ == 0) return;
  weights_ = std::move(weights);
  for (const auto& weight : weights_) averages_.push_back(torch::zeros_like(weight.detach()));
}

void WeightAverage::add(std::size_t updates) {
  if (averages_.empty()) return;
  const torch::NoGradGuard no_gradients;
  const double share = (1 - decay_) / (1 - std::pow(decay_, static_cast<double>(updates)));
  for (std::size_t k = 0; k < averages_.size(); ++k) averages_[k].lerp_(weights_[k], share);
}

AveragedWeights::AveragedWeights(const WeightAverage& average, std::size_t updates) {
  if (updates == 0) return;
  weights_ = average.weights_;
  for (std::size_t k = 0; k < weights_.size(); ++k) {
    originals_.push_back(weights_[k].detach());
    weights_[k].set_data(average.averages_[k]);
  }
}

AveragedWeights::~AveragedWeights() {
  for (std::size_t k = 0; k < weights_.size(); ++k) weights_[k].set_data(originals_[k]);
}

}  // namespace weir

#include "server/training/weight_update.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "server/training/optimizer.h"
#include "server/training/optimizer_state.h"
#include "src/core/planted_bug.h"
#include "src/core/squares.h"

namespace weir {
namespace {

void scale(std::span<float> values, float factor) {
  for (float& value : values) value *= factor;
}

}  // namespace

void clip_norm(std::span<float> gradients, double most) {
  const double norm = std::sqrt(sum_of_squares(gradients));
  if (std::isfinite(norm) && norm > most) scale(gradients, static_cast<float>(most / norm));
}

WeightUpdate::WeightUpdate(const TrainingSettings& training, std::vector<torch::Tensor> parameters)
    : training_(training),
      parameters_(std::move(parameters)),
      optimizer_(make_optimizer(training.optimizer, parameters_)),
      average_(training.average, parameters_) {
  if (training.precision == Precision::fp16) scaler_.emplace();
}

bool WeightUpdate::run(FlatGradients& gradients, double learning_rate) {
  if (scaler_ && !unscale(gradients.gradients())) return false;
  if (training_.clip > 0) clip_norm(gradients.gradients(), training_.clip);
  set_learning_rate(*optimizer_, learning_rate);
  optimizer_->step();
  average_.add(++updates_);
  return true;
}

/// False when one of them is not finite.
bool WeightUpdate::unscale(std::span<float> gradients) {
  // A sum over values that are finite may overflow itself, but not in double.
  const bool finite = std::isfinite(sum_of_squares(gradients)) || WEIR_BUG("overflow_trained_on");
  scale(gradients, static_cast<float>(1 / scaler_->scale()));
  scaler_->stepped(finite);
  return finite;
}

UpdateState WeightUpdate::state() const {
  return {updates_, scaler_ ? scaler_->state() : LossScale{}};
}

std::vector<NamedTensor> WeightUpdate::tensors() const {
  std::vector<NamedTensor> places;
  if (!WEIR_BUG("optimizer_state_lost"))
    places = memory_of(*optimizer_, training_.optimizer.kind, parameters_);
  const auto& averages = average_.tensors();
  for (std::size_t k = 0; k < averages.size(); ++k)
    places.push_back({"average/" + std::to_string(k), averages[k]});
  return places;
}

std::size_t WeightUpdate::copies() const {
  return memories_of(training_.optimizer) + (training_.average > 0 ? 1 : 0);
}

void WeightUpdate::restore(const UpdateState& state) {
  updates_ = state.updates;
  if (scaler_) scaler_->restore(state.scale);
  make_memory(*optimizer_, training_.optimizer, parameters_, state.updates);
}

}  // namespace weir

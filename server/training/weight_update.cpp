#include "server/training/weight_update.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "server/tensors/batch_rows.h"
#include "server/tensors/device.h"
#include "server/training/update_on_gpu.h"
#include "src/core/planted_bug.h"
#include "src/core/squares.h"

namespace weir {
namespace {

/// Waits for a GPU.
double squares_of(const torch::Tensor& values) {
  if (values.is_cpu()) return sum_of_squares(values_of(values));
  // Not LibTorch's norm in double, which copies all values to double first.
  const auto sums = torch::empty({static_cast<std::int64_t>(parts_of_squares)},
                                 values.options().dtype(torch::kFloat64));
  squares_on_gpu(values.data_ptr<float>(), static_cast<std::size_t>(values.numel()),
                 sums.data_ptr<double>(), current_stream(values.device()));
  return sums.sum().item<double>();
}

}  // namespace

double clipping(double squares, double most) {
  const double norm = std::sqrt(squares);
  return std::isfinite(norm) && norm > most ? most / norm : 1;
}

WeightUpdate::WeightUpdate(const TrainingSettings& training, std::vector<torch::Tensor> parameters)
    : training_(training),
      parameters_(std::move(parameters)),
      optimizer_(training.optimizer, parameters_),
      average_(training.average, parameters_) {
  if (training.precision == Precision::fp16) scaler_.emplace();
}

bool WeightUpdate::run(FlatGradients& gradients, double learning_rate) {
  const auto found = factor(gradients.gradients());
  if (!found) return false;
  optimizer_.step(gradients.gradients(), learning_rate, *found);
  average_.add(++updates_);
  return true;
}

/// What the optimiser multiplies the gradients by as it reads them; nothing when one of them is not
/// finite, in fp16. Only who asks for their norm pays for reading them twice.
std::optional<double> WeightUpdate::factor(const torch::Tensor& gradients) {
  if (!scaler_ && training_.clip == 0) return 1;
  // A sum over values that are finite may overflow itself, but not in double.
  double squares = squares_of(gradients), factor = 1;
  if (scaler_) {
    const bool finite = std::isfinite(squares) || WEIR_BUG("overflow_trained_on");
    factor = 1 / scaler_->scale();
    squares *= factor * factor;
    scaler_->stepped(finite);
    if (!finite) return std::nullopt;
  }
  return training_.clip > 0 ? factor * clipping(squares, training_.clip) : factor;
}

UpdateState WeightUpdate::state() const {
  return {updates_, scaler_ ? scaler_->state() : LossScale{}};
}

std::vector<NamedTensor> WeightUpdate::tensors() const {
  std::vector<NamedTensor> places;
  if (!WEIR_BUG("optimizer_state_lost")) places = optimizer_.memory();
  const auto& averages = average_.tensors();
  for (std::size_t k = 0; k < averages.size(); ++k)
    places.push_back({"average/" + std::to_string(k), averages[k]});
  return places;
}

std::size_t WeightUpdate::copies() const {
  return optimizer_.memories() + (training_.average > 0 ? 1 : 0);
}

void WeightUpdate::restore(const UpdateState& state) {
  updates_ = state.updates;
  if (scaler_) scaler_->restore(state.scale);
  optimizer_.restore(state.updates);
}

}  // namespace weir

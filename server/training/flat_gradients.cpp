#include "server/training/flat_gradients.h"

#include <cstring>
#include <utility>

namespace weir {
namespace {

std::size_t count(const std::vector<torch::Tensor>& parameters) {
  std::size_t values = 0;
  for (const auto& parameter : parameters) values += static_cast<std::size_t>(parameter.numel());
  return values;
}

}  // namespace

FlatGradients::FlatGradients(const std::vector<torch::Tensor>& parameters)
    : parameters_(parameters), values_(count(parameters) + 1) {
  float* next = values_.data();
  for (auto& parameter : parameters_) {
    places_.push_back(torch::from_blob(next, parameter.sizes(), torch::kFloat32));
    parameter.mutable_grad() = places_.back();
    next += parameter.numel();
  }
}

FlatGradients::FlatGradients(std::shared_ptr<Model> model) : FlatGradients(model->parameters()) {
  model_ = std::move(model);
  if (auto* own = dynamic_cast<PlanModel*>(model_.get())) {
    own->place_gradients(places_);
    written_ = true;
  }
}

void FlatGradients::begin() {
  set_loss(0);
  if (!written_) {
    std::memset(values_.data(), 0, values_.size() * sizeof(float));
    return;
  }
  for (auto& parameter : parameters_) parameter.mutable_grad() = torch::Tensor();
}

void FlatGradients::collect() {
  for (std::size_t k = 0; k < parameters_.size(); ++k) {
    auto& gradient = parameters_[k].mutable_grad();
    if (!gradient.defined())
      places_[k].zero_();
    else if (gradient.data_ptr() != places_[k].data_ptr())
      places_[k].copy_(gradient);
    gradient = places_[k];
  }
}

}  // namespace weir

#include "server/training/flat_gradients.h"

#include <utility>

namespace weir {
namespace {

std::int64_t count(const std::vector<torch::Tensor>& parameters) {
  std::int64_t values = 0;
  for (const auto& parameter : parameters) values += parameter.numel();
  return values;
}

}  // namespace

FlatGradients::FlatGradients(const std::vector<torch::Tensor>& parameters)
    : parameters_(parameters),
      values_(
          torch::zeros({count(parameters) + 1}, parameters.front().options().requires_grad(false))),
      gradients_(values_.narrow(0, 0, values_.numel() - 1)),
      loss_(values_.narrow(0, values_.numel() - 1, 1)) {
  std::int64_t next = 0;
  for (auto& parameter : parameters_) {
    places_.push_back(values_.narrow(0, next, parameter.numel()).view(parameter.sizes()));
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
  if (!written_) {
    values_.zero_();
    return;
  }
  loss_.zero_();
  for (auto& parameter : parameters_) parameter.mutable_grad() = torch::Tensor();
}

void FlatGradients::collect() {
  for (std::size_t k = 0; k < parameters_.size(); ++k) collect(k);
}

void FlatGradients::collect(std::size_t parameter) {
  auto& gradient = parameters_[parameter].mutable_grad();
  const auto& place = places_[parameter];
  if (!gradient.defined())
    place.zero_();
  else if (gradient.data_ptr() != place.data_ptr())
    place.copy_(gradient);
  gradient = place;
}

void FlatGradients::adopt() {
  for (std::size_t k = 0; k < parameters_.size(); ++k) parameters_[k].mutable_grad() = places_[k];
}

}  // namespace weir

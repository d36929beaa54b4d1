#include "server/training/flat_gradients.h"

#include <cstring>

namespace weir {
namespace {

std::size_t count(const std::vector<torch::Tensor>& parameters) {
  std::size_t values = 0;
  for (const auto& parameter : parameters) values += static_cast<std::size_t>(parameter.numel());
  return values;
}

}  // namespace

FlatGradients::FlatGradients(const std::vector<torch::Tensor>& parameters)
    : values_(count(parameters) + 1) {
  float* next = values_.data();
  for (auto parameter : parameters) {
    parameter.mutable_grad() = torch::from_blob(next, parameter.sizes(), torch::kFloat32);
    next += parameter.numel();
  }
}

void FlatGradients::zero() { std::memset(values_.data(), 0, values_.size() * sizeof(float)); }

}  // namespace weir

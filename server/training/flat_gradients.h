#pragma once
// All gradients of a model in one buffer, the loss behind them: one all-reduce a step.

#include <cstddef>
#include <span>
#include <vector>

#include <torch/torch.h>

namespace weir {

/// Makes the gradient of each parameter a view of its buffer; backward() then adds into it. Nobody
/// may set a gradient to undefined (an optimiser's zero_grad) as long as it lives.
class FlatGradients {
 public:
  explicit FlatGradients(const std::vector<torch::Tensor>& parameters);

  void zero();  ///< gradients and loss
  void set_loss(float loss) { values_.back() = loss; }
  float loss() const { return values_.back(); }
  /// The gradients in the order of the parameters, then the loss.
  std::span<float> values() { return values_; }
  std::span<float> gradients() { return values().first(values_.size() - 1); }

 private:
  std::vector<float> values_;
};

}  // namespace weir

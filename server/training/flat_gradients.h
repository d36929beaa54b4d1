#pragma once
// All gradients of a model in one buffer, the loss behind them: one all-reduce a step.

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include <torch/torch.h>

#include "server/models/model.h"

namespace weir {

/// Makes the gradient of each parameter a view of its buffer. A model of weir's own writes there in
/// the first backward pass of a step, so that nobody has to clear what nobody reads; other models
/// add to zeros.
class FlatGradients {
 public:
  explicit FlatGradients(const std::vector<torch::Tensor>& parameters);
  /// Keeps a handle of the model, whose backward passes are from now on for gradients of parameters
  /// alone: torch::autograd::grad would find them changed, and no pass may create a graph.
  explicit FlatGradients(std::shared_ptr<Model> model);

  /// Before the first backward pass of a step: there are no gradients, and no loss.
  void begin();
  /// After each of them, or without one: gradients() holds them, and what comes adds to them.
  void collect();
  void set_loss(float loss) { values_.back() = loss; }
  float loss() const { return values_.back(); }
  /// The gradients in the order of the parameters, then the loss.
  std::span<float> values() { return values_; }
  std::span<float> gradients() { return values().first(values_.size() - 1); }

 private:
  std::vector<torch::Tensor> parameters_, places_;
  std::shared_ptr<Model> model_;
  bool written_ = false;  ///< by the model, rather than added to
  std::vector<float> values_;
};

}  // namespace weir

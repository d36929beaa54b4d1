#pragma once
// All gradients of a model in one buffer, the loss behind them: one all-reduce a step.

#include <cstddef>
#include <memory>
#include <vector>

#include <torch/torch.h>

#include "server/models/model.h"

namespace weir {

/// Makes the gradient of each parameter a view of its buffer. A model of weir's own writes there in
/// the first backward pass of a step, so that nobody has to clear what nobody reads; other models
/// add to zeros.
class FlatGradients {
 public:
  /// Parameters are FP32 on one device.
  explicit FlatGradients(const std::vector<torch::Tensor>& parameters);
  /// Keeps a handle of the model, whose backward passes are from now on for gradients of parameters
  /// alone: torch::autograd::grad would find them changed, and no pass may create a graph.
  explicit FlatGradients(std::shared_ptr<Model> model);

  /// Before the first backward pass of a step: there are no gradients, and no loss.
  void begin();
  /// After each of them, or without one: gradients() holds them, and what comes adds to them.
  void collect();
  void collect(std::size_t parameter);  ///< one of them alone, as soon as it is complete
  /// What stands in their places was written there by who has not told autograd: it is the
  /// gradients.
  void adopt();
  void add_loss(const torch::Tensor& loss) { loss_.add_(loss); }
  std::size_t size() const { return static_cast<std::size_t>(gradients_.numel()); }
  const std::vector<torch::Tensor>& parameters() const { return parameters_; }
  /// Of each parameter's gradient, one after another in the buffer.
  const std::vector<torch::Tensor>& places() const { return places_; }
  float loss() const { return loss_.item<float>(); }  ///< waits for a GPU
  /// The gradients in the order of the parameters, then the loss: [n + 1] on their device.
  const torch::Tensor& values() const { return values_; }
  const torch::Tensor& gradients() const { return gradients_; }  ///< [n], the same memory

 private:
  std::vector<torch::Tensor> parameters_, places_;
  std::shared_ptr<Model> model_;
  bool written_ = false;  ///< by the model, rather than added to
  torch::Tensor values_, gradients_, loss_;
};

}  // namespace weir

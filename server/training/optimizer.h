#pragma once
// The study's optimiser: new weights from gradients, in one pass over the memory.

#include <cstddef>
#include <string>
#include <vector>

#include <torch/torch.h>

#include "server/tensors/state_tensors.h"
#include "src/study/study.h"

namespace weir {

/// adam: weight decay is added to the gradient; adamw: it is decoupled (Loshchilov, Hutter 2019);
/// sgd: with momentum. What comes out depends on no number of threads. Used by one thread.
class Optimizer {
 public:
  /// Parameters are contiguous FP32 on one device, whose memory others may exchange between two
  /// steps.
  Optimizer(const OptimizerSettings& settings, std::vector<torch::Tensor> parameters);

  /// `gradients` of all parameters, one after another on their device, each times `factor`. On a
  /// GPU it is begun when this returns, in LibTorch's stream. Errors: those of update_on_gpu.h.
  void step(const torch::Tensor& gradients, double learning_rate, double factor = 1);
  /// The places of its memory: optimizer/K/exp_avg and exp_avg_sq of parameter K (adam, adamw),
  /// optimizer/K/momentum_buffer (sgd with momentum). None before its first step.
  std::vector<NamedTensor> memory() const;
  /// How many tensors of a parameter's size memory() gives for it from the first step on.
  std::size_t memories() const { return names_.size(); }
  /// Makes the memory that it has after `steps` steps, for memory() to give and the caller to fill.
  void restore(std::size_t steps);

 private:
  void make_memory();

  const OptimizerSettings settings_;
  const std::vector<std::string> names_;  ///< of what it remembers of a parameter
  std::vector<torch::Tensor> parameters_;
  std::vector<std::vector<torch::Tensor>> memory_;  ///< for each parameter, one a name
  std::size_t steps_ = 0;
};

}  // namespace weir

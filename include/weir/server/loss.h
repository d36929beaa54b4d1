#pragma once
// A loss, one value a sample: the sum over them, divided by the samples of all ranks, is what
// training minimises; each of them says how well its simulation is learnt.

#include <torch/torch.h>

namespace weir {

/// Used by one thread, for training and for validation.
class Loss {
 public:
  virtual ~Loss() = default;
  /// `prediction` and `target`: [B, outputs], normalised, FP32, all fields of a sample one after
  /// another, each row-major → [B], differentiable. With adaptive sampling, which weighs
  /// simulations by their losses, none may be negative: a negative one ends the study.
  virtual torch::Tensor operator()(const torch::Tensor& prediction,
                                   const torch::Tensor& target) const = 0;
};

}  // namespace weir

#pragma once
// The losses of a study, one value a sample: the sum over them, divided by the samples of all
// ranks, is what training minimises; each of them says how well its simulation is learnt.

#include <memory>

#include <torch/torch.h>

#include "src/study/study.h"

namespace weir {

/// Used by one thread.
class Loss {
 public:
  virtual ~Loss() = default;
  /// `prediction` and `target`: [B, outputs], normalised, all fields of a sample one after another,
  /// each row-major → [B], differentiable.
  virtual torch::Tensor operator()(const torch::Tensor& prediction,
                                   const torch::Tensor& target) const = 0;
};

/// The loss that the study names. `study` may end before it.
std::unique_ptr<Loss> make_loss(const Study& study);

}  // namespace weir

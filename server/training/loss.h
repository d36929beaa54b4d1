#pragma once
// The losses of a study, one value a sample: the sum over them, divided by the samples of all
// ranks, is what training minimises; each of them says how well its simulation is learnt.

#include <functional>
#include <map>
#include <memory>
#include <string>

#include <torch/torch.h>

#include "src/study/study.h"

namespace weir {

/// Used by one thread.
class Loss {
 public:
  virtual ~Loss() = default;
  /// `prediction` and `target`: [B, outputs], normalised, FP32, all fields of a sample one after
  /// another, each row-major → [B], differentiable.
  virtual torch::Tensor operator()(const torch::Tensor& prediction,
                                   const torch::Tensor& target) const = 0;
};

/// Makes a loss of a user's for the study that names it.
using LossFactory = std::function<std::unique_ptr<Loss>(const Study& study)>;
/// Those of plug-ins, by /training/loss/name.
using LossFactories = std::map<std::string, LossFactory>;

/// The loss that the study names; docs/training.md has the formulas. `study` may end before it.
/// Error{input}: a loss of a plug-in that is not in `plugged`, which names those that are.
std::unique_ptr<Loss> make_loss(const Study& study, const LossFactories& plugged = {});

}  // namespace weir

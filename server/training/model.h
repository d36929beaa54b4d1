#pragma once
// A surrogate model: what the trainer trains and the export writes. A file a model implements it.

#include <memory>
#include <string>

#include <torch/torch.h>

#include "src/core/random.h"
#include "src/surrogate/plan.h"

namespace weir {

/// Parameters and buffers are FP32 on the CPU and bear the names that the export uses
/// ("layers.0.weight").
class Model : public torch::nn::Module {
 public:
  /// Normalised: `inputs` [B, parameters + 1] (the parameters, then time), and for autoregressive
  /// samples `state` [B, outputs], the fields that are given (else undefined) → [B, outputs].
  virtual torch::Tensor forward(torch::Tensor inputs, torch::Tensor state) = 0;
  /// The same function as TorchScript: indented statements that replace the tensor `h`, the inputs,
  /// by the outputs; `s` is the state, if there is one. The parameter "layers.0.weight" is
  /// self.layers_0_weight in them.
  virtual std::string script() const = 0;
  /// What the function is made of; null: more is not known than the script. Lives as long as this.
  virtual const ModelPlan* plan() const { return nullptr; }
};

/// The model of a plan. Trains the script itself, so what is exported computes what was trained.
/// All values are drawn from `random`, so a seed gives the same model on every rank and with every
/// LibTorch. Error{input}: LibTorch does not compile the script.
std::shared_ptr<Model> make_model(const ModelPlan& plan, Random random);

}  // namespace weir

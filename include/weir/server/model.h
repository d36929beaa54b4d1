#pragma once
// A surrogate model: what the trainer trains and the export writes.

#include <string>

#include <torch/torch.h>

namespace weir {

struct ModelPlan;

/// Made on each rank; parameters are made the same on all of them (rank 0's) before the first step.
/// Parameters are FP32, made on the CPU and moved to the device that trains, and buffers FP32,
/// FP64, 32 or 64 bit integers or bytes; both bear the names that the export uses
/// ("layers.0.weight"). The trainer's thread alone calls it; it is in train() but for validations.
/// What it throws while it trains ends the study with its text.
class Model : public torch::nn::Module {
 public:
  /// Normalised: `inputs` [B, parameters + 1] (the parameters, then time), and for autoregressive
  /// samples `state` [B, outputs], the fields that are given (else undefined) → [B, outputs], all
  /// fields of a sample one after another, each row-major. FP32 on the device of the parameters,
  /// for any B ≥ 1.
  virtual torch::Tensor forward(torch::Tensor inputs, torch::Tensor state) = 0;
  /// The same function as TorchScript: indented statements that replace the tensor `h`, the inputs,
  /// by the outputs; `s` is the state, if there is one. The parameter "layers.0.weight" is
  /// self.layers_0_weight in them. Empty: there is none, and no model.pt is written.
  virtual std::string script() const { return {}; }
  /// The TorchScript module that the model is as a whole, or null. It is self.model in script().
  virtual const torch::jit::Module* module() const { return nullptr; }
  /// Whether a forward pass may change buffers while it trains (batch normalisation). All ranks
  /// then take rank 0's after each step.
  virtual bool changes_buffers() const { return !buffers().empty(); }
  /// What the function of a model of weir's own is made of; null for all others. Lives as long as
  /// this.
  virtual const ModelPlan* plan() const { return nullptr; }
};

}  // namespace weir

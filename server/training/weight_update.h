#pragma once
// From the gradients of all ranks to new weights: unscale, clip, step, average.

#include <cstddef>
#include <optional>
#include <vector>

#include <torch/torch.h>

#include "server/tensors/state_tensors.h"
#include "server/training/flat_gradients.h"
#include "server/training/loss_scaler.h"
#include "server/training/optimizer.h"
#include "server/training/update_state.h"
#include "server/training/weight_average.h"
#include "src/study/study.h"

namespace weir {

/// The gradients that it is given are those of all ranks, so what it decides (an overflow, a norm
/// too large) is decided alike on all of them. Used by one thread.
class WeightUpdate {
 public:
  /// `training` outlives it. The parameters keep the memory of their gradients.
  WeightUpdate(const TrainingSettings& training, std::vector<torch::Tensor> parameters);

  /// What the loss is to be multiplied by before backward: 1 unless the precision is fp16.
  double loss_scale() const { return scaler_ ? scaler_->scale() : 1; }
  /// False: a gradient overflowed in fp16, and the weights stay.
  bool run(FlatGradients& gradients, double learning_rate);

  const WeightAverage& average() const { return average_; }
  UpdateState state() const;
  /// The optimiser's memory (optimizer/K/…), then the averages (average/K), of parameter K.
  std::vector<NamedTensor> tensors() const;
  /// Tensors of a parameter's size that it holds for each from the first update on.
  std::size_t copies() const;
  /// Goes on from a state; gives its tensors the memory that they have then, for tensors() to name
  /// and the caller to fill.
  void restore(const UpdateState& state);

 private:
  std::optional<double> factor(const torch::Tensor& gradients);

  const TrainingSettings& training_;
  std::vector<torch::Tensor> parameters_;
  Optimizer optimizer_;
  std::optional<LossScaler> scaler_;
  WeightAverage average_;
  std::size_t updates_ = 0;
};

/// What gradients of the norm √`squares` are to be multiplied by, so that it is `most` at most
/// (Pascanu et al., 2013, "On the difficulty of training recurrent neural networks", algorithm 1).
/// A norm that is not finite is left as it is.
double clipping(double squares, double most);

}  // namespace weir

#pragma once
// One step of data-parallel training: a batch forward and backward, one all-reduce, the optimiser.

#include <memory>

#include <torch/torch.h>

#include "server/training/collective.h"
#include "server/training/flat_gradients.h"
#include "server/training/loss.h"
#include "server/training/model.h"
#include "server/training/normalisation.h"
#include "server/training/round.h"
#include "server/training/sample_source.h"
#include "server/training/state_tensors.h"
#include "src/study/study.h"

namespace weir {

/// Gradients are averaged by sample count: each rank divides the loss of its samples by those of
/// all ranks, and the sum is taken. Owns the batch, whose targets go from the source straight into
/// the tensor that the loss reads.
class TrainingStep {
 public:
  /// `study`, `normalisation` and `collective` outlive it.
  TrainingStep(const Study& study, const Normalisation& normalisation, Collective& collective,
               std::shared_ptr<Model> model);

  /// The weights of rank 0 on all ranks. Collective.
  void broadcast_weights();
  /// Collective. A rank with nothing to draw contributes zeros. Returns the mean loss over the
  /// samples of all ranks.
  double run(const Agreed& agreed, SampleSource& source, double learning_rate);
  /// What the latest run drew here; empty when it drew nothing.
  const std::vector<SampleId>& drawn() const { return batch_.ids; }

  /// All tensors that decide how the steps go on: the model's parameters and buffers by their
  /// names (model/…), then the optimiser's memory (optimizer/…). They share the step's memory.
  std::vector<NamedTensor> state() const;
  /// Bytes of each of its tensors from the first step on.
  std::vector<std::size_t> state_sizes() const;
  /// Gives the optimiser the memory that it has after `steps` steps, for state() to name and
  /// the caller to fill.
  void prepare_restore(std::size_t steps);

 private:
  void seed_generator();
  void backward(std::size_t total);

  const Study& study_;
  const Normalisation& normalisation_;
  Collective& collective_;
  std::shared_ptr<Model> model_;
  std::unique_ptr<Loss> loss_;
  std::vector<torch::Tensor> parameters_;
  FlatGradients gradients_;
  std::unique_ptr<torch::optim::Optimizer> optimizer_;
  torch::Tensor inputs_, targets_;  ///< [batch, inputs], [batch, outputs]; reused by all steps
  Batch batch_;
  std::size_t steps_ = 0;
};

}  // namespace weir

#pragma once
// One step of data-parallel training: a batch forward and backward, the sum of gradients, the
// optimiser.

#include <exception>
#include <memory>
#include <utility>
#include <vector>

#include <torch/torch.h>

#include "server/collective/collective.h"
#include "server/losses/loss.h"
#include "server/models/model.h"
#include "server/samples/normalisation.h"
#include "server/samples/sample_source.h"
#include "server/tensors/state_tensors.h"
#include "server/training/batch_assembly.h"
#include "server/training/batch_pass.h"
#include "server/training/flat_gradients.h"
#include "server/training/gradient_sum.h"
#include "server/training/round.h"
#include "server/training/shared_buffers.h"
#include "server/training/weight_update.h"
#include "src/study/study.h"
#include "weir/server/transform.h"

namespace weir {

/// The samples of a step, /training/accumulate times /training/batch of them on each rank, are
/// drawn together and go through the network a batch at a time, so that only one is in its memory;
/// gradients add up, and are summed over the ranks once. Gradients are averaged by sample count:
/// each rank divides the loss of its samples by those of all ranks, and the sum is taken. The
/// network computes in the study's precision, losses and gradients in FP32, on the device that
/// holds the model, in LibTorch's stream; finish() alone waits for it. Between launch() and
/// finish() the next step's samples may be drawn.
class TrainingStep {
 public:
  /// `study`, `normalisation`, `collective`, `loss` and `memory`, that of the source of all draws,
  /// outlive it; `transform` null: none. Error{input}: the device does not have the study's
  /// precision. Collective on GPUs, with the errors of make_device_sum() and of BatchAssembly.
  TrainingStep(const Study& study, const Normalisation& normalisation, Collective& collective,
               std::shared_ptr<Model> model, const Loss& loss,
               const std::vector<std::span<float>>& memory = {},
               std::unique_ptr<Transform> transform = nullptr);
  /// An error that unwinds it ends a sum that waits for a rank that is gone, before memory that
  /// waits for all of the GPU's work is given back.
  ~TrainingStep();
  TrainingStep(const TrainingStep&) = delete;
  TrainingStep& operator=(const TrainingStep&) = delete;

  /// The weights and buffers of rank 0 on all ranks. Collective.
  void broadcast_weights();
  /// draw(), launch() and finish(). Collective.
  double run(const Agreed& agreed, SampleSource& source, double learning_rate);
  /// Draws, normalises, transforms. The tensors are this object's; how long: BatchAssembly.
  SampleBatch draw(const Agreed& agreed, SampleSource& source);
  /// Starts what is to be computed of the latest draw, and waits for a GPU only where the study
  /// clips gradients or scales losses. Collective. A rank that drew nothing contributes zeros.
  void launch(const SampleBatch& samples, double learning_rate);
  /// The mean loss over the samples of all ranks.
  double finish();
  /// In place of launch() and finish(), for a loop of a plug-in's, which trains in its own way: of
  /// the latest draw, the losses in the order of drawn().
  void set_losses(std::vector<float> losses);
  /// Collective: rank 0's buffers on all ranks; run() does it by itself.
  void share_buffers() { buffers_.broadcast(collective_); }

  /// What the latest step that was launched drew here; empty when it drew nothing.
  const std::vector<SampleId>& drawn() const { return drawn_; }
  /// The loss of each of them before the step, in the same order, once it is finished.
  const std::vector<float>& drawn_losses() const { return losses_; }

  /// While what it returns lives, the moving average of the weights, if the study has one, stands
  /// in the model's place of them. None before the first step.
  AveragedWeights averaged() const { return {update_.average(), update_.state().updates}; }
  /// One a parameter; empty when the study has none.
  const std::vector<torch::Tensor>& averages() const { return update_.average().tensors(); }

  /// All tensors that decide how the steps go on: the model's parameters and buffers by their
  /// names (model/…), then the optimiser's memory (optimizer/…) and the averages (average/…). They
  /// share the step's memory.
  std::vector<NamedTensor> state() const;
  /// Bytes of each of its tensors from the first step on.
  std::vector<std::size_t> state_sizes() const;
  UpdateState update_state() const { return update_.state(); }
  /// Gives the optimiser the memory that it has after `steps` steps, for state() to name and
  /// the caller to fill.
  void prepare_restore(std::size_t steps, const UpdateState& update);

 private:
  void seed_generator();
  void backward(const SampleBatch& samples);

  const Study& study_;
  Collective& collective_;
  std::shared_ptr<Model> model_;
  const torch::Device device_;
  std::vector<torch::Tensor> parameters_;
  FlatGradients gradients_;
  GradientSum sum_;
  SharedBuffers buffers_;
  WeightUpdate update_;
  BatchAssembly assembly_;  ///< behind those whose memory comes first
  BatchPass pass_;
  std::vector<SampleId> drawn_;
  std::vector<torch::Tensor> found_;  ///< losses of the drawn samples, a batch each, on the device
  std::vector<float> losses_;         ///< all of them
  std::size_t steps_ = 0;
  const int exceptions_ = std::uncaught_exceptions();  ///< on their way when it was made
};

}  // namespace weir

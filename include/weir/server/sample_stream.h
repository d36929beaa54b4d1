#pragma once
// The stream of samples as a training loop of one's own draws from it.

#include <cstddef>
#include <optional>
#include <vector>

#include <torch/torch.h>

#include "weir/server/sample_batch.h"

namespace weir {

/// What all ranks train on, a batch at a time. Each call of a function marked collective is made by
/// all ranks in the same order, from the thread that runs the loop. While a loop waits in next(),
/// checkpoints are cut, stops are obeyed and the launcher hears that the server lives; between two
/// calls of next() nothing of that happens, so a batch should take seconds, not minutes.
class SampleStream {
 public:
  virtual ~SampleStream() = default;

  /// Collective: the next batch, which is drawn on all ranks at once; a rank whose buffer has none
  /// gets a batch of no samples and takes part all the same. Nothing: the training is over, on
  /// all ranks, because the samples are used up or a stop or a limit of the study was reached.
  /// Before that it counts the batch before as trained, validates when that is due and
  /// takes the checkpoint that is: what the loop's state() names must be as after that batch.
  virtual std::optional<SampleBatch> next() = 0;
  /// Batches that were trained on, those before a restart included; the same on all ranks.
  virtual std::size_t batches() const = 0;
  /// That the study's schedule has for the batch that next() gave.
  virtual double learning_rate() const = 0;
  /// The losses of the batch that next() gave, [B], one a sample: what metrics, progress and
  /// summary show. Once a batch, on each rank.
  virtual void learnt(const torch::Tensor& losses) = 0;

  virtual std::size_t rank() const = 0;
  virtual std::size_t ranks() const = 0;
  /// Collective: adds up the values of all ranks, the same bits on all of them. FP32, in place.
  virtual void sum(const torch::Tensor& values) = 0;
  /// Collective: the gradients of all parameters, added up over the ranks; one that is undefined
  /// counts as zero. Divide the loss of a batch by its `total`, and they are those of the mean.
  virtual void sum_gradients(const std::vector<torch::Tensor>& parameters) = 0;
};

}  // namespace weir

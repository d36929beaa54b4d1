#pragma once
// The stream of samples that a training loop of a plug-in's draws from: the trainer's rounds,
// turned inside out.

#include <optional>

#include "server/collective/collective.h"
#include "server/training/round.h"
#include "server/training/training_step.h"
#include "weir/server/sample_stream.h"

namespace weir {

/// What the stream asks of the trainer, all of it collective.
class BatchTurns {
 public:
  virtual ~BatchTurns() = default;
  /// Rounds until a batch is agreed on; nothing when the training is over.
  virtual std::optional<Agreed> next_batch() = 0;
  /// The batch has been trained on, with this mean loss over the samples of all ranks. Whether
  /// there may be another one.
  virtual bool count(const Agreed& agreed, double loss) = 0;
  virtual SampleBatch draw(const Agreed& agreed) = 0;
  virtual double learning_rate() const = 0;
  virtual std::size_t batches() const = 0;
  virtual void learnt(const torch::Tensor& losses) = 0;
};

class LoopStream final : public SampleStream {
 public:
  /// Both outlive it.
  LoopStream(BatchTurns& turns, Collective& collective) : turns_(turns), collective_(collective) {}

  std::optional<SampleBatch> next() override;
  std::size_t batches() const override { return turns_.batches(); }
  double learning_rate() const override { return turns_.learning_rate(); }
  void learnt(const torch::Tensor& losses) override;
  std::size_t rank() const override { return collective_.rank(); }
  std::size_t ranks() const override { return collective_.ranks(); }
  void sum(const torch::Tensor& values) override;
  void sum_gradients(const std::vector<torch::Tensor>& parameters) override;

  /// Collective, after the loop: counts its last batch. Whether the loop has seen the end.
  bool finish();

 private:
  /// Whether there may be another batch.
  bool count_the_last();

  BatchTurns& turns_;
  Collective& collective_;
  std::optional<Agreed> open_;  ///< the batch that the loop trains on
  std::size_t samples_ = 0;     ///< of it, here
  bool told_ = false;           ///< its losses
  double loss_ = 0;             ///< their sum
  bool over_ = false;
  std::vector<float> gradients_;
};

}  // namespace weir

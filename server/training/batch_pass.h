#pragma once
// One batch forward and backward.

#include <cstddef>
#include <cstdint>
#include <optional>

#include <torch/torch.h>

#include "server/losses/loss.h"
#include "server/models/model.h"
#include "server/tensors/device_graph.h"
#include "server/training/flat_gradients.h"
#include "src/study/study.h"

namespace weir {

/// A row for each sample, on the device; `state` is undefined where samples are direct.
struct BatchTensors {
  torch::Tensor inputs, state, targets;
};

/// The network computes in the study's precision, losses and gradients in FP32. With
/// /training/cuda_graphs a GPU records the pass of a whole batch, and runs what it recorded; other
/// batches, and all on CPUs, are computed operation by operation. Used by one thread.
class BatchPass {
 public:
  /// All outlive it. `outputs`: values of a sample; `total`: samples of a whole step on all ranks.
  BatchPass(const Study& study, Model& model, const Loss& loss, FlatGradients& gradients,
            const torch::Device& device, std::int64_t outputs, std::size_t total);

  /// Adds to gradients and loss those of the sum of the samples' losses over `total`, the gradients
  /// times `scale`. Returns the loss of each sample, [B] on the device. Errors: of
  /// checked_forward(), of the loss, of DeviceGraph.
  torch::Tensor run(const BatchTensors& batch, std::size_t total, double scale);

 private:
  struct Recorded {
    explicit Recorded(const torch::Device& device) : graph(device) {}
    BatchTensors batch;    ///< what the graph reads
    torch::Tensor losses;  ///< what it writes
    DeviceGraph graph;
  };

  bool is_whole(const BatchTensors& batch, std::size_t total) const;
  torch::Tensor run_recorded(const BatchTensors& batch);
  torch::Tensor pass(const BatchTensors& batch, std::size_t total, double scale);

  const Study& study_;
  Model& model_;
  const Loss& loss_;
  FlatGradients& gradients_;
  const torch::Device device_;
  const std::int64_t outputs_;
  const std::size_t total_;
  std::optional<Recorded> recorded_;
};

}  // namespace weir

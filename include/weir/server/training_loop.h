#pragma once
// A training loop of one's own: trains the study's model instead of weir's steps.

#include <string>
#include <utility>
#include <vector>

#include <torch/torch.h>

#include "weir/server/loss.h"
#include "weir/server/model.h"
#include "weir/server/sample_stream.h"

namespace weir {

/// Used by the trainer's thread alone; made once on each rank. Validation, checkpoints, stops,
/// metrics and the export are still weir's (SampleStream::next).
class TrainingLoop {
 public:
  using State = std::vector<std::pair<std::string, torch::Tensor>>;

  virtual ~TrainingLoop() = default;

  /// Called once, before state() and run(), with the study's model and loss, which outlive the
  /// loop. The parameters are the same on all ranks, and must be so after each batch.
  virtual void begin(Model& model, const Loss& loss) = 0;
  /// What decides, beside the model's parameters and buffers, how the loop goes on: named tensors
  /// (the memory of an optimiser), the same on all ranks, of types and shapes that stay. Saved in
  /// each checkpoint, and filled before run() when the server goes on from one. What is not named
  /// begins anew then.
  virtual State state() { return {}; }
  /// Collective: draws batches and trains on them until there is none. An exception ends the study
  /// with its text. Leaving before the stream is over ends the training in order, as a stop does.
  virtual void run(SampleStream& stream) = 0;
};

}  // namespace weir

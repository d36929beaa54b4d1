#pragma once
// From what a source draws to the tensors of a step, on the device that trains.

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include <torch/torch.h>

#include "server/samples/normalisation.h"
#include "server/samples/sample_source.h"
#include "server/tensors/device_memory.h"
#include "server/tensors/side_stream.h"
#include "server/training/kept_rows.h"
#include "server/training/round.h"
#include "src/study/study.h"
#include "weir/server/transform.h"

namespace weir {

/// Samples that each rank draws for a step.
inline std::size_t samples_of_a_step(const TrainingSettings& training) {
  return training.batch * training.accumulate;
}

/// Whether a step's samples are drawn while the one before is computed.
bool prefetches(const TrainingSettings& training, const torch::Device& device);

/// Normalised samples go from the source straight into the tensor that the loss reads, or that a
/// GPU copies, beside what it computes; with "buffer": {"memory": "device"} a GPU keeps the rows,
/// and puts the batch together itself. What a draw gave stays as it is until the next one, and
/// through it where the training prefetches. Used by one thread.
class BatchAssembly {
 public:
  /// `study`, `normalisation` and `memory`, that of the source of all draws, outlive it;
  /// `transform` null: none; `spoken_for`: bytes of the device's free memory that the training will
  /// take. Error{environment}: the device's memory does not hold the buffer, or the host's cannot
  /// be pinned.
  BatchAssembly(const Study& study, const Normalisation& normalisation, const torch::Device& device,
                const std::vector<std::span<float>>& memory, std::unique_ptr<Transform> transform,
                std::size_t spoken_for = 0);

  /// The samples that were agreed on, of the step of that number, on the device. Errors: those of
  /// the transform.
  SampleBatch draw(const Agreed& agreed, SampleSource& source, std::size_t number);
  /// Of the latest draw.
  const std::vector<SampleId>& ids() const { return batch_.ids; }
  std::int64_t outputs() const { return outputs_; }

 private:
  /// [S, inputs] and [S, outputs] of a step's S samples on the host, pinned for a GPU; a device
  /// that keeps the rows has [S] slots in place of the outputs.
  struct HostRows {
    torch::Tensor inputs, targets, states, slots;
  };
  HostRows host_rows() const;
  void fill(SampleBatch& samples, const HostRows& rows);
  void fill_none(SampleBatch& samples) const;
  void gather(SampleBatch& samples, const torch::Tensor& host_slots);

  const Study& study_;
  const Normalisation& normalisation_;
  const torch::Device device_;
  const std::unique_ptr<Transform> transform_;
  const std::int64_t outputs_;
  SideStream stream_;
  std::optional<KeptRows> kept_;
  std::vector<PinnedMemory> pinned_;
  std::vector<HostRows> rows_;  ///< of this draw and, where it prefetches, the one before
  std::size_t draws_ = 0;
  Batch batch_;
};

}  // namespace weir

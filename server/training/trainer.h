#pragma once
// The trainer: rounds of agreement, batches, steps, validation, until the samples are used up or a
// stop is agreed.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "server/collective/collective.h"
#include "server/metrics/metrics.h"
#include "server/results/training_result.h"
#include "server/samples/sample_source.h"
#include "server/training/round.h"
#include "src/core/clock.h"
#include "src/study/study.h"
#include "weir/server/registry.h"

namespace weir {

/// What the progress line shows; a copy, made by the trainer after each round.
struct TrainingProgress {
  std::size_t batches = 0, samples = 0;
  double train_loss = 0, learning_rate = 0;
  std::optional<double> validation_loss;
  double samples_per_second = 0;
};

/// Used by one thread; that thread is the only one to call the collective.
class Trainer {
 public:
  /// All arguments but `registry` outlive the trainer. Collective where it trains on GPUs. Errors:
  /// Error{input} for a model or data set that does not fit the study, a name that is not in the
  /// registry, or a precision that the device does not have; Error{environment} when this rank has
  /// no GPU and the study wants one (server/tensors/gpu_choice.h).
  Trainer(const Study& study, Collective& collective, SampleSource& source,
          RoundParticipant& participant, Metrics& metrics, const Clock& clock,
          const Registry& registry = {});
  ~Trainer();

  /// Called after each round with a fresh progress, on the trainer's thread.
  void on_progress(std::function<void(const TrainingProgress&)> callback);
  /// The batches so far, the mean loss over the samples of all ranks, what this rank drew (possibly
  /// nothing), and each of these samples' loss before the step.
  using BatchCallback =
      std::function<void(std::size_t, double, std::span<const SampleId>, std::span<const float>)>;
  /// Called after each batch, on the trainer's thread of every rank.
  void on_batch(BatchCallback callback);
  /// Told what the user should know and nobody fails for (a field that is constant), on the
  /// trainer's thread of each rank.
  void on_warning(std::function<void(const std::string&)> callback);

  TrainingResult run();

  /// What it trains on, for a log: "the CPU", "cuda:0 (NVIDIA H200, 140 GiB)".
  std::string device() const;

  /// A copy of all that decides how the training goes on: weights, optimiser, schedule, statistics
  /// of the fields, counters. Call it between rounds (a RoundParticipant is handed one at each cut)
  /// or after run(). The records so far are flushed, and their place belongs to the state. The
  /// memory of a state that has ended is used for the next one, so the trainer holds as much as one
  /// state from the first capture on.
  TrainingState capture() const;
  /// Goes on from a captured state, on every rank the same; before run(). Rolls the metrics back to
  /// it and tells the source; a sample store is restored by who owns it. Errors: Error{input} when
  /// the state is of another study or version, naming what differs (a tensor with both shapes);
  /// Error{environment} when the metrics cannot be rolled back. After an error this trainer is of
  /// no use.
  void restore(const TrainingState& state);

  /// Grows with every round (at least 50 a second while the trainer waits for samples), every part
  /// of a validation and every file of an export: it stands still while one batch takes long, or
  /// the trainer hangs. Any thread may call it.
  std::uint64_t pulse() const noexcept;

  /// Writes the model's files into `folder` (server/export/export.h), with the average of the
  /// weights if the study has one; rank 0's to call, any time after construction. Errors:
  /// Error{environment} when the folder cannot be written.
  void export_model(const std::filesystem::path& folder, const TrainingResult& result) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace weir

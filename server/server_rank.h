#pragma once
// One rank's parts, in the order in which they start; they stop in the reverse one.

#include <memory>
#include <optional>
#include <string>

#include <spdlog/logger.h>

#include "server/adaptive_sampling.h"
#include "server/aggregator.h"
#include "server/checkpoint/checkpoint.h"
#include "server/closed_sink.h"
#include "server/collective/collective.h"
#include "server/control/controller.h"
#include "server/restart.h"
#include "server/round_link.h"
#include "server/samples/sample_source.h"
#include "server/sampling/design.h"
#include "server/server.h"
#include "server/server_state.h"
#include "server/store/sample_store.h"
#include "server/study_trackers.h"
#include "server/summary.h"
#include "server/training/trainer.h"
#include "src/core/clock.h"
#include "src/core/study_directory.h"
#include "src/study/study.h"

namespace weir {

/// Used by one thread, which becomes the trainer's.
class ServerRank {
 public:
  /// Does nothing collective, so that one rank may fail alone. Throws Error: see run_server.
  ServerRank(const ServerOptions& options, Collective& collective);

  /// Collective, after all ranks have been made: agrees on the cut to go on from, restores it,
  /// binds the sockets. Throws Error on one rank or on all, after what is collective in it.
  void prepare();

  /// Collective, after all ranks have been prepared: receives, trains, saves. Returns the exit
  /// code.
  int run();

  /// Writes what is known into summary.json when this rank cannot go on. Never throws.
  void write_failure(const std::string& reason) noexcept;

 private:
  std::size_t rank() const { return collective_.rank(); }
  int make_room(const Summary& summary);
  Controller* controller() { return controller_ ? &*controller_ : nullptr; }
  CutName cut_name() const;
  void restore(std::uint64_t cut);
  void prepare_sampling();
  std::vector<std::uint64_t> complete_simulations() const;
  bool wants_last_cut() const;
  bool is_superseded() const;
  ServerState server_state() const;
  double seconds() const;
  Summary train();
  void note_start(const Trainer& trainer, Metrics& metrics) const;
  void note_repeats(std::size_t batches);
  void record_repeats(std::size_t batches);
  void leave_records(const Summary& summary);
  std::optional<Evaluation> leave_evaluation(const std::function<void()>& alive);
  TrainingResult train(Trainer& trainer, Metrics& metrics);
  Summary record_ensemble();
  std::unique_ptr<SampleSource> make_source();
  Metrics& make_metrics();
  /// Adds what the ranks know together, and how the study has ended.
  void conclude(Summary& summary);
  void count_samples(SampleCounts& samples);

  const ServerOptions& options_;
  Collective& collective_;
  SystemClock clock_;
  Time start_;
  Study study_;
  Registry registry_;
  StudyDirectory directory_;
  std::shared_ptr<spdlog::logger> log_;
  std::unique_ptr<Design> design_;
  SettledDesign* settled_design_ = nullptr;  ///< design_ when the sampling is adaptive, else null
  std::optional<ParameterFile> parameter_file_;  ///< of rank 0, then
  std::vector<ParameterRow> settled_rows_;       ///< by earlier servers
  std::unique_ptr<SampleStore> store_;
  ClosedSink closed_sink_;
  CheckpointFolder checkpoints_;
  Past past_;
  std::optional<TrainingState> training_;  ///< to go on from
  ServerState restored_;
  std::optional<Controller> controller_;
  wire::AggregatorSettings settings_;
  std::unique_ptr<Aggregator> aggregator_;
  std::optional<RoundLink> link_;
  std::optional<AdaptiveSampling> sampling_;
  std::unique_ptr<Metrics> no_metrics_ = make_null_metrics();
  std::optional<StudyTrackers> trackers_;  ///< of rank 0
  std::size_t repeats_from_ = 0;           ///< batch that this server went on from
  std::optional<std::size_t> repeats_at_;  ///< batch of the last histogram
};

}  // namespace weir

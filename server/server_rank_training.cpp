// What a server rank does between its preparation and its end: it trains, or records the ensemble.

#include <algorithm>
#include <vector>

#include <spdlog/spdlog.h>

#include "server/collective/mpi_version.h"
#include "server/data/data_set.h"
#include "server/recorder.h"
#include "server/samples/dataset_source.h"
#include "server/server_rank.h"
#include "server/servers_file.h"
#include "server/setup.h"
#include "server/study_evaluation.h"
#include "server/tensors/libtorch_version.h"
#include "server/training/trainer.h"
#include "src/core/error.h"
#include "src/core/file_system.h"

namespace weir {
namespace {

/// The launcher hears a trainer's pulse while both of them live.
class PulseWatch {
 public:
  PulseWatch(Controller* controller, const Trainer& trainer) : controller_(controller) {
    if (controller_ != nullptr) controller_->watch([&trainer] { return trainer.pulse(); });
  }
  ~PulseWatch() {
    if (controller_ != nullptr) controller_->watch({});
  }
  PulseWatch(const PulseWatch&) = delete;
  PulseWatch& operator=(const PulseWatch&) = delete;

 private:
  Controller* const controller_;
};

}  // namespace

Summary ServerRank::train() {
  const auto source = make_source();
  Metrics& metrics = make_metrics();
  Trainer trainer(study_, collective_, source ? *source : static_cast<SampleSource&>(*store_),
                  *link_, metrics, clock_, registry_);
  log_->info("trains on {}", trainer.device());
  if (training_) trainer.restore(*training_);
  if (trackers_) trackers_->start();
  if (rank() == 0) note_start(trainer, metrics);
  repeats_from_ = training_ ? training_->batch : 0;
  training_.reset();
  trainer.on_warning([this](const std::string& text) { log_->warn("{}", text); });
  trainer.on_batch([this](std::size_t batches, double mean_loss, auto ids, auto losses) {
    if (sampling_) sampling_->record(batches, mean_loss, ids, losses);
    note_repeats(batches);
  });
  if (sampling_) {
    sampling_->on_redraw([&metrics](std::size_t batches, const RedrawReport& report) {
      metrics.record("sampling", batches,
                     {{"seen", static_cast<double>(report.seen)},
                      {"redrawn", static_cast<double>(report.redrawn)},
                      {"explored", static_cast<double>(report.explored)}});
    });
  }
  if (controller_) {
    trainer.on_progress(
        [this](const TrainingProgress& progress) { controller_->progress(progress); });
  }
  const PulseWatch watch(controller(), trainer);
  Summary summary;
  summary.training = train(trainer, metrics);
  summary.samples.trained = summary.training.samples;
  if (rank() == 0) {
    metrics.flush();
    if (summary.training.batches > 0 && !link_->relieved())
      trainer.export_model(directory_.model(), summary.training);
  }
  return summary;
}

/// Ever less often, so that a long training has some hundred of them.
void ServerRank::note_repeats(std::size_t batches) {
  const std::size_t last = repeats_at_.value_or(repeats_from_);
  if (batches >= last + std::max(study_.validation.every, last / 20)) record_repeats(batches);
}

void ServerRank::record_repeats(std::size_t batches) {
  if (!trackers_ || !store_) return;
  trackers_->metrics().histogram("repeats", batches, store_->repeats());
  repeats_at_ = batches;
}

/// For reports alone: without it the study goes on.
void ServerRank::note_start(const Trainer& trainer, Metrics& metrics) const try {
  const auto mark = metrics.mark(0);
  note_server_start(posix_file_system(), directory_.servers(),
                    {.epoch = past_.epoch,
                     .batch = training_ ? training_->batch : 0,
                     .seconds = mark ? mark->seconds : 0,
                     .ranks = collective_.ranks(),
                     .threads = study_.server.threads,
                     .device = trainer.device(),
                     .libtorch = libtorch_version(),
                     .mpi = mpi_version()},
                    /*anew=*/!options_.resume);
} catch (const Error& error) {
  log_->warn("{}", error.what());
}

/// Behind the summary: whoever loses patience with it and kills the server loses no result.
void ServerRank::leave_records(const Summary& summary) {
  const auto alive = [this] {
    if (controller_) controller_->beat();
  };
  std::optional<Evaluation> evaluation;
  if (summary.training.batches > 0) evaluation = leave_evaluation(alive);
  trackers_->end(summary, evaluation ? &*evaluation : nullptr, alive);
}

std::optional<Evaluation> ServerRank::leave_evaluation(const std::function<void()>& alive) {
  const auto warn = [this](const std::string& text) { log_->warn("{}", text); };
  std::vector<std::vector<double>> trained;
  try {
    trained = store_ ? trained_parameters(study_, *design_, store_->ledger())
                     : trained_parameters(study_);
  } catch (const Error& error) {
    warn(error.what());
  }
  return write_evaluation(posix_file_system(), directory_, study_, std::move(trained), clock_,
                          alive, warn);
}

/// What fails from here on leaves a study that its newest checkpoint continues.
TrainingResult ServerRank::train(Trainer& trainer, Metrics& metrics) try {
  const CutParts parts{checkpoints_,
                       store_.get(),
                       controller(),
                       *aggregator_,
                       metrics,
                       *log_,
                       clock_,
                       [this] { return to_json(server_state()); },
                       [this] { return is_superseded(); }};
  StudyCuts cuts(parts, study_.checkpoint, cut_name(), rank());
  link_->attach(&cuts);
  const TrainingResult result = trainer.run();
  // Before the last cut, so that a study that goes on from it does not say it again.
  if (result.batches > repeats_at_.value_or(repeats_from_)) record_repeats(result.batches);
  link_->attach(nullptr);
  // What is accepted from here on would be in no checkpoint.
  if (result.stopped && link_->relieved())
    aggregator_->fall_silent();
  else if (result.stopped)
    aggregator_->end_reception();
  cuts.finish(collective_, wants_last_cut(), [&] { return trainer.capture(); });
  if (rank() == 0 && is_superseded()) throw RankFailure("a later server of this study has started");
  if (store_) store_->end_lineage(/*exhausted=*/!result.stopped);
  return result;
} catch (const Error& error) {
  // What is wrong with the study would be wrong again.
  if (error.kind() == ErrorKind::study) throw;
  throw RankFailure(error.what());
} catch (const std::exception& error) {
  throw RankFailure(error.what());
}

bool ServerRank::wants_last_cut() const {
  const bool regular = study_.checkpoint.every > 0 || study_.checkpoint.batches;
  return regular || (controller_ && controller_->stop_reason());
}

std::unique_ptr<SampleSource> ServerRank::make_source() {
  if (study_.training.source == Source::ensemble) return nullptr;
  return make_dataset_source(study_, collective_.rank(), collective_.ranks());
}

Metrics& ServerRank::make_metrics() {
  if (rank() != 0) return *no_metrics_;
  trackers_.emplace(posix_file_system(), directory_, study_, past_.epoch,
                    [this](const std::string& text) { log_->warn("{}", text); });
  // A restored trainer goes back to its records at the cut; one that starts anew has none.
  if (options_.resume && !training_) trackers_->metrics().roll_back({});
  return trackers_->metrics();
}

Summary ServerRank::record_ensemble() {
  DataSetWriter writer(options_.record, study_);
  const RecordingResult result = record(study_, collective_, *store_, *link_, writer);
  Summary summary;
  summary.samples.trained = result.samples;
  if (result.simulations < study_.simulation.count)
    controller_->stop({true, "only " + std::to_string(result.simulations) + " of " +
                                 std::to_string(study_.simulation.count) +
                                 " simulations are complete in " + options_.record.string()});
  return summary;
}

}  // namespace weir

#include "server/server.h"

#include <algorithm>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/spdlog.h>

#include "server/aggregator.h"
#include "server/closed_sink.h"
#include "server/control/controller.h"
#include "server/data/data_set.h"
#include "server/metrics/metrics.h"
#include "server/recorder.h"
#include "server/round_link.h"
#include "server/sampling/design.h"
#include "server/store/sample_store.h"
#include "server/summary.h"
#include "server/training/dataset_source.h"
#include "server/training/trainer.h"
#include "src/core/clock.h"
#include "src/core/error.h"
#include "src/core/file_system.h"
#include "src/core/study_directory.h"
#include "src/study/parse.h"
#include "src/wire/endpoint_file.h"
#include "src/wire/zmq_channel.h"

namespace weir {

namespace {

// For clients that have still to hear the answer to their End. Whoever says it later hears that
// reception is over, which is no error for a client whose samples are all accepted; a crashed one
// says nothing at all.
constexpr auto farewell = std::chrono::seconds(1);

std::uint64_t study_id(const Study& study, const StudyDirectory& directory) {
  return std::hash<std::string>{}(write_study(study) + directory.root.string());
}

/// The study as this server runs it.
Study resolve(const ServerOptions& options, std::size_t ranks) {
  Study study = load_study(options.study_file);
  study.server.ranks = ranks;
  if (!options.record.empty()) {
    if (study.training.source == Source::dataset)
      throw Error(ErrorKind::input,
                  "--record needs an ensemble, but /training/source is \"dataset\": there is "
                  "nothing to record");
    if (ranks != 1)
      throw Error(ErrorKind::input, "--record runs on one rank, this is " + std::to_string(ranks) +
                                        ": start it with mpirun -n 1");
    study.buffer.kind = BufferKind::fifo;
    study.buffer.watermark = 0;
  }
  return study;
}

StudyDirectory open_directory(const ServerOptions& options, const Study& study) {
  const auto root = std::filesystem::absolute(
      options.output.empty() ? std::filesystem::path(study.name) : options.output);
  StudyDirectory directory{root.lexically_normal()};
  FileSystem& files = posix_file_system();
  for (const auto& folder : {directory.root, directory.logs(), directory.run()})
    files.make_directories(folder, 0700);
  return directory;
}

std::shared_ptr<spdlog::logger> open_log(const StudyDirectory& directory, std::size_t rank) {
  try {
    auto sink =
        std::make_shared<spdlog::sinks::basic_file_sink_mt>(directory.server_log(rank).string());
    auto log = std::make_shared<spdlog::logger>("rank " + std::to_string(rank), std::move(sink));
    log->flush_on(spdlog::level::warn);
    // A log that cannot be written (full disk) must not end a study.
    log->set_error_handler([](const std::string&) {});
    return log;
  } catch (const spdlog::spdlog_ex& error) {
    throw Error(
        ErrorKind::environment,
        "cannot write the log " + directory.server_log(rank).string() + ": " + error.what());
  }
}

wire::AggregatorSettings aggregator_settings(const Study& study, std::uint64_t id,
                                             std::uint64_t epoch, const Collective& collective) {
  wire::AggregatorSettings settings;
  settings.study = id;
  settings.schema = schema_hash(study);
  settings.epoch = epoch;
  settings.rank = collective.rank();
  settings.ranks = collective.ranks();
  settings.steps = study.simulation.steps;
  for (const Field& field : study.simulation.fields) {
    settings.field_sizes.push_back(field.size());
    settings.field_names.push_back(field.name);
  }
  settings.inflight_bytes = study.server.inflight_mib << 20;
  settings.liveness = std::chrono::duration_cast<Duration>(Seconds(study.server.liveness));
  return settings;
}

/// The texts of all ranks, in rank order, on every rank.
std::vector<std::string> gather_texts(Collective& collective, const std::string& text) {
  std::vector<std::int64_t> words{static_cast<std::int64_t>(text.size())};
  words.insert(words.end(), text.begin(), text.end());
  const std::vector<std::int64_t> all = collective.gather(words);
  std::vector<std::string> texts;
  for (std::size_t at = 0; at < all.size();) {
    const auto size = static_cast<std::size_t>(all[at]);
    texts.emplace_back(all.begin() + static_cast<std::ptrdiff_t>(at + 1),
                       all.begin() + static_cast<std::ptrdiff_t>(at + 1 + size));
    at += 1 + size;
  }
  return texts;
}

void publish_endpoints(const Study& study, const StudyDirectory& directory,
                       const wire::AggregatorSettings& settings,
                       std::vector<std::string> endpoints) {
  wire::EndpointFile file;
  file.study = settings.study;
  file.schema = settings.schema;
  file.epoch = settings.epoch;
  file.endpoints = std::move(endpoints);
  for (const Field& field : study.simulation.fields)
    file.fields.push_back({field.name, field.size()});
  file.steps = study.simulation.steps;
  for (const Parameter& parameter : study.parameters) file.parameters.push_back(parameter.name);
  file.window_bytes = study.client.window_mib << 20;
  file.timeout = study.client.timeout;
  wire::write_endpoint_file(posix_file_system(), directory.endpoint(), file);
}

/// One rank's parts, in the order in which they start; they stop in the reverse one.
class ServerRank {
 public:
  ServerRank(const ServerOptions& options, Collective& collective)
      : options_(options),
        collective_(collective),
        start_(clock_.now()),
        study_(resolve(options, collective.ranks())),
        directory_(open_directory(options, study_)),
        log_(open_log(directory_, collective.rank())) {
    const bool receives = study_.training.source == Source::ensemble;
    if (receives) {
      design_ = make_design(study_);
      store_ =
          std::make_unique<SampleStore>(study_, *design_, collective.rank(), collective.ranks());
    }
    const std::uint64_t id = study_id(study_, directory_);
    if (collective.rank() == 0)
      controller_.emplace(study_, design_.get(), id, collective.ranks(), start_);
    settings_ = aggregator_settings(study_, id, options.epoch, collective);
    aggregator_ = std::make_unique<Aggregator>(
        settings_, wire::bind_zmq_channel(wire::ipc_address(directory_.run(), collective.rank())),
        receives ? static_cast<wire::SampleSink&>(*store_) : closed_sink_, design_.get(),
        controller(), log_);
    if (store_) store_->on_room([this] { aggregator_->wake(); });
    link_.emplace(*aggregator_, store_.get(), controller(), clock_);
  }

  /// After all ranks have been made.
  int run() {
    if (rank() == 0) posix_file_system().replace(directory_.study(), write_study(study_), 0600);
    aggregator_->start();
    auto endpoints = gather_texts(collective_, aggregator_->endpoint());
    if (rank() == 0) publish_endpoints(study_, directory_, settings_, std::move(endpoints));
    log_->info("rank {} of {} listens at {}", rank(), collective_.ranks(), aggregator_->endpoint());

    Summary summary = options_.record.empty() ? train() : record_ensemble();
    conclude(summary);
    if (rank() == 0) write_summary(posix_file_system(), directory_.summary(), summary);
    log_->info("the study has ended: {}", summary.reason.empty() ? "done" : summary.reason);
    if (controller_) controller_->finish();
    if (!link_->reception_over()) aggregator_->end_reception();
    aggregator_->stop(farewell);
    return exit_code(summary.status);
  }

  /// What is known when this rank cannot go on.
  void write_failure(const std::string& reason) {
    log_->error("{}", reason);
    Summary summary;
    summary.status = StudyStatus::failed;
    summary.reason = reason;
    summary.ranks = collective_.ranks();
    summary.seconds = Seconds(clock_.now() - start_).count();
    if (controller_) summary.simulations = controller_->counts();
    write_summary(posix_file_system(), directory_.summary(), summary);
  }

 private:
  std::size_t rank() const { return collective_.rank(); }
  Controller* controller() { return controller_ ? &*controller_ : nullptr; }

  Summary train() {
    const auto source = make_source();
    const auto metrics = make_metrics();
    Trainer trainer(study_, collective_, source ? *source : static_cast<SampleSource&>(*store_),
                    *link_, *metrics, clock_);
    trainer.on_warning([this](const std::string& text) { log_->warn("{}", text); });
    if (controller_)
      trainer.on_progress(
          [this](const TrainingProgress& progress) { controller_->progress(progress); });
    Summary summary;
    summary.training = trainer.run();
    summary.samples.trained = summary.training.samples;
    if (rank() == 0) {
      if (store_) metrics->histogram("repeats", summary.training.batches, store_->repeats());
      metrics->flush();
      if (summary.training.batches > 0) trainer.export_model(directory_.model(), summary.training);
    }
    return summary;
  }

  std::unique_ptr<SampleSource> make_source() {
    if (study_.training.source == Source::ensemble) return nullptr;
    return std::make_unique<DatasetSource>(study_, collective_.rank(), collective_.ranks());
  }

  std::unique_ptr<Metrics> make_metrics() {
    if (rank() != 0) return make_null_metrics();
    return make_file_metrics(posix_file_system(), directory_.metrics(), directory_.tensorboard(),
                             [this](const std::string& text) { log_->warn("{}", text); });
  }

  Summary record_ensemble() {
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

  /// Adds what the ranks know together, and how the study has ended.
  void conclude(Summary& summary) {
    summary.ranks = collective_.ranks();
    summary.seconds = Seconds(clock_.now() - start_).count();
    if (store_) count_samples(summary.samples);
    std::vector<std::int64_t> status{0};
    if (controller_) {
      summary.simulations = controller_->counts();
      judge(summary);
      status[0] = static_cast<std::int64_t>(summary.status);
    }
    collective_.sum(std::span(status));  // rank 0's; the others add 0
    summary.status = static_cast<StudyStatus>(status[0]);
  }

  void count_samples(SampleCounts& samples) {
    store_->ledger().save(posix_file_system(), directory_.ledger(rank()));
    const LedgerCounts counts = store_->counts();
    const std::vector<double> repeats = store_->repeats();
    std::int64_t drawn = 0;
    for (std::size_t times = 1; times < repeats.size(); ++times)
      drawn += static_cast<std::int64_t>(repeats[times]);
    std::vector<std::int64_t> sums{static_cast<std::int64_t>(counts.unique),
                                   static_cast<std::int64_t>(counts.duplicate),
                                   static_cast<std::int64_t>(counts.dropped), drawn,
                                   static_cast<std::int64_t>(store_->occupancy().unseen)};
    collective_.sum(std::span(sums));
    samples.expected = study_.simulation.count * study_.simulation.steps;
    samples.unique = static_cast<std::size_t>(sums[0]);
    samples.duplicate = static_cast<std::size_t>(sums[1]);
    samples.dropped = static_cast<std::size_t>(sums[2]);
    samples.lost = static_cast<std::size_t>(std::max<std::int64_t>(0, sums[0] - sums[3] - sums[4]));
  }

  /// Rank 0's verdict.
  void judge(Summary& summary) const {
    if (const auto reason = controller_->stop_reason()) {
      summary.status = reason->failed ? StudyStatus::failed : StudyStatus::stopped;
      summary.reason = reason->text;
    } else if (summary.samples.trained == 0) {
      summary.status = StudyStatus::failed;
      summary.reason = "no sample was received: all " + std::to_string(summary.simulations.failed) +
                       " simulations failed; logs/ holds what they printed";
    } else if (!summary.training.identical_weights) {
      summary.status = StudyStatus::failed;
      summary.reason = "the ranks' weights differ after training: this is a bug in weir";
    }
  }

  static int exit_code(StudyStatus status) {
    switch (status) {
      case StudyStatus::done:
        return 0;
      case StudyStatus::stopped:
        return static_cast<int>(ErrorKind::interrupted);
      case StudyStatus::failed:
        break;
    }
    return static_cast<int>(ErrorKind::study);
  }

  const ServerOptions& options_;
  Collective& collective_;
  SystemClock clock_;
  Time start_;
  Study study_;
  StudyDirectory directory_;
  std::shared_ptr<spdlog::logger> log_;
  std::unique_ptr<Design> design_;
  std::unique_ptr<SampleStore> store_;
  ClosedSink closed_sink_;
  std::optional<Controller> controller_;
  wire::AggregatorSettings settings_;
  std::unique_ptr<Aggregator> aggregator_;
  std::optional<RoundLink> link_;
};

/// The first rank that failed and its exit code: a rank that cannot start must not leave its peers
/// waiting.
struct Verdict {
  std::size_t rank = 0;
  int code = 0;
};
Verdict agree_on_start(Collective& collective, int code) {
  const std::int64_t mine[] = {code};
  const std::vector<std::int64_t> codes = collective.gather(mine);
  const auto failed =
      std::find_if(codes.begin(), codes.end(), [](std::int64_t other) { return other != 0; });
  if (failed == codes.end()) return {};
  return {static_cast<std::size_t>(failed - codes.begin()), static_cast<int>(*failed)};
}

}  // namespace

int run_server(const ServerOptions& options, Collective& collective, const Report& report) {
  std::optional<ServerRank> rank;
  std::optional<Error> error;
  try {
    rank.emplace(options, collective);
  } catch (const Error& caught) {
    error = caught;
  }
  const Verdict verdict = agree_on_start(collective, error ? error->exit_code() : 0);
  if (verdict.code != 0) {
    if (error && verdict.rank == collective.rank()) report(error->what());
    return verdict.code;
  }
  try {
    return rank->run();
  } catch (const std::exception& caught) {
    rank->write_failure("rank " + std::to_string(collective.rank()) + ": " + caught.what());
    throw;
  }
}

}  // namespace weir

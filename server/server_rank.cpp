#include "server/server_rank.h"

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include <spdlog/spdlog.h>

#include "server/endpoints.h"
#include "server/sampling/strategies.h"
#include "server/setup.h"
#include "server/training/check_device.h"
#include "server/training/trainer.h"
#include "server/training/try_user_code.h"
#include "server/transport.h"
#include "server/verdict.h"
#include "src/core/error.h"
#include "src/core/file_system.h"
#include "src/study/parse.h"
#include "src/study/samples.h"

namespace weir {

namespace {

// For clients that have still to hear the answer to their End. Whoever says it later hears that
// reception is over, which is no error for a client whose samples are all accepted; a crashed one
// says nothing at all.
constexpr auto farewell = std::chrono::seconds(1);

int exit_code(StudyStatus status) {
  switch (status) {
    case StudyStatus::done:
      return 0;
    case StudyStatus::stopped:
      return static_cast<int>(ErrorKind::interrupted);
    case StudyStatus::relieved:
      return relieved_exit_code;
    case StudyStatus::failed:
      break;
  }
  return static_cast<int>(ErrorKind::study);
}

}  // namespace

ServerRank::ServerRank(const ServerOptions& options, Collective& collective)
    : options_(options),
      collective_(collective),
      start_(clock_.now()),
      study_(resolve(options, collective.ranks())),
      registry_(registry_of(options, study_)),
      directory_(open_directory(options, study_)),
      log_(open_log(directory_, collective.rank())),
      checkpoints_(posix_file_system(), directory_.checkpoints()) {
  if (rank() == 0) past_ = look_back(posix_file_system(), directory_, checkpoints_, options.resume);
  if (options.record.empty()) {
    check_device(study_, collective);
    try_user_code(study_, plugged(registry_, study_, collective.rank(), collective.ranks()));
  }
  if (study_.training.source == Source::dataset) return;
  design_ = make_design(study_);
  if (study_.sampling.adaptive.kind != Refinement::none) {
    auto settled = std::make_unique<SettledDesign>(std::move(design_));
    settled_design_ = settled.get();
    design_ = std::move(settled);
    if (rank() == 0) {
      parameter_file_.emplace(posix_file_system(), directory_.parameters(), study_.parameters);
      if (options.resume) settled_rows_ = parameter_file_->read();
    }
  }
  store_ = std::make_unique<SampleStore>(study_, *design_, rank(), collective.ranks());
}

CutName ServerRank::cut_name() const {
  CutName name;
  name.number = past_.cuts.empty() ? 1 : past_.cuts.front() + 1;
  name.epoch = past_.epoch;
  name.study = settings_.study;
  name.schema = settings_.schema;
  name.ranks = collective_.ranks();
  return name;
}

void ServerRank::prepare() {
  past_ = agree_on_past(collective_, past_);
  if (past_.done) return;
  if (settled_design_ != nullptr) {
    settled_rows_ = share_rows(collective_, settled_rows_, study_.parameters.size());
    for (const ParameterRow& row : settled_rows_) settled_design_->settle(row.sim, row.values);
  }
  const std::uint64_t id = study_id(study_, directory_);
  settings_ = aggregator_settings(study_, id, past_.epoch, collective_);
  // A recording starts from nothing: its data set is written as a whole or not at all.
  const auto cut = options_.resume && options_.record.empty()
                       ? choose_cut(collective_, checkpoints_, past_.cuts, cut_name(),
                                    [this](const std::string& text) { log_->warn("{}", text); })
                       : std::nullopt;
  if (rank() == 0) {
    checkpoints_.clean();
    controller_.emplace(study_, design_.get(), id, past_.epoch, collective_.ranks(), start_);
  }
  aggregator_ =
      std::make_unique<Aggregator>(settings_, open_channel(study_, directory_, rank(), *log_),
                                   store_ ? static_cast<wire::SampleSink&>(*store_) : closed_sink_,
                                   design_.get(), controller(), log_);
  if (store_) store_->on_room([this] { aggregator_->wake(); });
  if (store_ && (study_.lineage || study_.reproducible))
    store_->log_lineage(posix_file_system(), directory_.lineage(rank()),
                        [this](const std::string& text) { log_->warn("{}", text); });
  link_.emplace(*aggregator_, store_.get(), controller(), clock_, options_.terminate,
                options_.relieve);
  if (settled_design_ != nullptr) prepare_sampling();
  if (cut) restore(*cut);
}

void ServerRank::prepare_sampling() {
  std::optional<AdaptiveSampling::Leader> leader;
  if (controller_) {
    parameter_file_->start(settled_rows_);
    const AdaptiveSettings& settings = study_.sampling.adaptive;
    leader.emplace(AdaptiveSampling::Leader{
        *controller_, *parameter_file_,
        make_strategy(settings, plugged(registry_, study_, rank(), collective_.ranks())),
        settings.kind == Refinement::plugin ? settings.name : std::string("loss")});
  }
  sampling_.emplace(study_, *settled_design_, rank(), std::move(leader), clock_);
  sampling_->on_warning([this](const std::string& text) { log_->warn("{}", text); });
  link_->adapt(&*sampling_);
}

void ServerRank::restore(std::uint64_t cut) {
  RankPart part = checkpoints_.read_part(cut, rank());
  restored_ = weir::server_state(part.server);
  if (store_ && part.store) {
    store_->restore(*part.store, part.places, checkpoints_.row_reader(cut, rank(), part));
    aggregator_->resume(store_->counts().unique, complete_simulations());
  }
  if (sampling_ && restored_.sampling) sampling_->restore(*restored_.sampling);
  if (controller_) controller_->restore(restored_.table);
  log_->info("goes on from checkpoint {} of batch {}, epoch {}", cut, part.name.batch, past_.epoch);
  training_ = std::move(part.training);
}

/// On this rank.
std::vector<std::uint64_t> ServerRank::complete_simulations() const {
  std::vector<std::uint64_t> complete;
  // A simulation is replaced once at most: see SimulationTable.
  for (std::uint64_t sim = 0; sim < 2 * study_.simulation.count; ++sim)
    if (store_->complete(sim)) complete.push_back(sim);
  return complete;
}

int ServerRank::run() {
  if (past_.done) {
    log_->info("the study is done already");
    return 0;
  }
  if (rank() == 0) {
    posix_file_system().remove(directory_.summary());
    posix_file_system().replace(directory_.study(), write_study(study_), 0600);
  }
  aggregator_->start();
  publish_endpoints(collective_, aggregator_->endpoint(), study_, directory_, settings_);
  log_->info("rank {} of {} listens at {}", rank(), collective_.ranks(), aggregator_->endpoint());

  Summary summary = options_.record.empty() ? train() : record_ensemble();
  conclude(summary);
  if (summary.status == StudyStatus::relieved) return make_room(summary);
  if (rank() == 0) write_summary(posix_file_system(), directory_.summary(), summary);
  if (trackers_) leave_records(summary);
  log_->info("the study has ended: {}", summary.reason.empty() ? "done" : summary.reason);
  if (controller_) controller_->finish();
  if (!link_->reception_over()) aggregator_->end_reception();
  aggregator_->stop(farewell);
  return exit_code(summary.status);
}

/// Nothing is said to the clients and the launcher, and no result is written: the successor goes on
/// from the checkpoint as after a death.
int ServerRank::make_room(const Summary& summary) {
  log_->info("{}", summary.reason);
  aggregator_->fall_silent();
  aggregator_->stop(Duration::zero());
  if (trackers_) trackers_->pause();
  return exit_code(summary.status);
}

double ServerRank::seconds() const {
  return restored_.seconds + Seconds(clock_.now() - start_).count();
}

void ServerRank::write_failure(const std::string& reason) noexcept try {
  log_->error("{}", reason);
  if (is_superseded()) return;
  Summary summary;
  summary.status = StudyStatus::failed;
  summary.reason = reason;
  summary.ranks = collective_.ranks();
  summary.restarts = past_.epoch;
  summary.seconds = seconds();
  if (controller_) summary.simulations = controller_->counts();
  write_summary(posix_file_system(), directory_.summary(), summary);
  if (trackers_) trackers_->end(summary, nullptr, [] {});
} catch (const std::exception&) {
  // The reason is reported anyway.
}

bool ServerRank::is_superseded() const {
  return superseded(posix_file_system(), directory_, past_.epoch);
}

ServerState ServerRank::server_state() const {
  ServerState state;
  state.seconds = seconds();
  if (controller_) state.table = controller_->save();
  if (sampling_) state.sampling = sampling_->save();
  return state;
}

void ServerRank::conclude(Summary& summary) {
  summary.ranks = collective_.ranks();
  summary.restarts = past_.epoch;
  summary.seconds = seconds();
  if (store_) count_samples(summary.samples);
  std::vector<std::int64_t> status{0};
  if (controller_) {
    summary.simulations = controller_->counts();
    judge(summary, controller_->stop_reason());
    status[0] = static_cast<std::int64_t>(summary.status);
  }
  collective_.sum(std::span(status));  // rank 0's; the others add 0
  summary.status = static_cast<StudyStatus>(status[0]);
}

void ServerRank::count_samples(SampleCounts& samples) {
  store_->ledger().save(posix_file_system(), directory_.ledger(rank()));
  const LedgerCounts counts = store_->counts();
  const std::vector<double> repeats = store_->repeats();
  std::int64_t drawn = 0;
  for (std::size_t times = 1; times < repeats.size(); ++times)
    drawn += static_cast<std::int64_t>(repeats[times]);
  std::vector<std::int64_t> sums{static_cast<std::int64_t>(counts.unique),
                                 static_cast<std::int64_t>(counts.duplicate),
                                 static_cast<std::int64_t>(counts.dropped),
                                 drawn,
                                 static_cast<std::int64_t>(store_->occupancy().unseen),
                                 static_cast<std::int64_t>(store_->trainable())};
  collective_.sum(std::span(sums));
  samples.expected = study_.simulation.count * study_.simulation.steps;
  samples.unique = static_cast<std::size_t>(sums[0]);
  samples.duplicate = static_cast<std::size_t>(sums[1]);
  samples.dropped = static_cast<std::size_t>(sums[2]);
  if (lead_of(study_) > 0) samples.pairs = static_cast<std::size_t>(sums[5]);
  samples.lost = lost_samples(static_cast<std::size_t>(sums[5]), static_cast<std::size_t>(sums[3]),
                              static_cast<std::size_t>(sums[4]));
}

}  // namespace weir

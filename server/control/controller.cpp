#include "server/control/controller.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <set>
#include <utility>

#include "server/control/rank_event.h"

namespace weir {

namespace {
constexpr auto status_interval = std::chrono::seconds(1);
// A launcher that lives says so every two seconds.
constexpr auto launcher_is_away = std::chrono::seconds(10);
// Of the launcher's places, the part for which simulations are settled before they are free: a
// round may take as long as a validation.
constexpr std::size_t settled_ahead = 8;
// LaunchHello::alive
constexpr std::uint8_t runs = 1, waits = 2;

std::string seconds_text(double seconds) {
  std::string text = std::to_string(seconds);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}
}  // namespace

Controller::Controller(const Study& study, const Design* design, std::uint64_t study_id,
                       std::uint64_t epoch, std::size_t ranks, Time now)
    : study_(study),
      design_(design),
      study_id_(study_id),
      epoch_(epoch),
      accepted_(ranks),
      last_progress_(now),
      last_word_(now),
      next_status_(now) {
  if (design != nullptr) table_.emplace(study, *design, ranks);
}

TableState Controller::save() const {
  const std::lock_guard lock(mutex_);
  return table_ ? table_->save() : TableState{};
}

void Controller::restore(const TableState& state) {
  const std::lock_guard lock(mutex_);
  if (table_) table_->restore(state);
  deaf_ = true;
}

std::vector<Outgoing> Controller::receive(const wire::Peer& peer, const wire::Message& message,
                                          Time now) {
  const std::lock_guard lock(mutex_);
  std::vector<Outgoing> answers;
  // Whatever a launcher says it says again until it is answered.
  if (deaf_) return answers;
  if (const auto* hello = std::get_if<wire::LaunchHello>(&message)) {
    if (hello->study == study_id_) last_word_ = now;
    hear(peer, *hello, answers);
  } else if (const auto* ended = std::get_if<wire::LaunchEnded>(&message)) {
    last_word_ = now;
    if (table_)
      table_->ended({ended->sim, ended->attempt}, ended->end == wire::JobEnd::done, ended->reason,
                    /*blameless=*/ended->end == wire::JobEnd::taken_away);
    answers.push_back({peer, wire::LaunchAck{ended->sim, ended->attempt}});
  } else if (const auto* stop = std::get_if<wire::LaunchStop>(&message)) {
    if (!stop_) stop_ = StopReason{false, stop->reason};
    answers.push_back({peer, wire::LaunchStopping{}});
  }
  return answers;
}

/// A launcher repeats its Hello as a sign of life, so only what it does not know yet is told.
void Controller::hear(const wire::Peer& peer, const wire::LaunchHello& hello,
                      std::vector<Outgoing>& answers) {
  if (hello.study != study_id_) {
    answers.push_back(
        {peer, wire::Reject{wire::RejectCode::study, "this server serves another study"}});
    return;
  }
  const bool another = launcher_ != peer;
  launcher_ = peer;
  capacity_ = hello.capacity;
  std::set<Attempt> known;
  all_wait_ = std::count(hello.alive.begin(), hello.alive.end(), waits) > 0 &&
              std::count(hello.alive.begin(), hello.alive.end(), runs) == 0;
  const std::size_t listed =
      std::min({hello.sims.size(), hello.attempts.size(), hello.alive.size()});
  for (std::size_t k = 0; k < listed; ++k) {
    const Attempt attempt{hello.sims[k], hello.attempts[k]};
    known.insert(attempt);
    if (table_ && !design_->is_settled(attempt.sim) && !stop_)
      stop_ =
          StopReason{true, "the launcher has started simulation " + std::to_string(attempt.sim) +
                               ", of which parameters.csv says nothing: begin in another folder"};
    if (table_) table_->adopt(attempt, hello.alive[k] != 0);
  }
  if (table_)
    for (const Attempt& attempt : table_->outstanding())
      if (!known.contains(attempt)) answers.push_back({peer, run(attempt)});
  if (another) answers.push_back({peer, status()});
}

std::vector<Outgoing> Controller::tick(Time now) {
  const std::lock_guard lock(mutex_);
  std::vector<Outgoing> out;
  if (launcher_.empty()) return out;
  if (table_ && !stop_ && !finished_)
    while (table_->outstanding().size() < capacity_) {
      const auto attempt = table_->next();
      if (!attempt) break;
      out.push_back({launcher_, run(*attempt)});
    }
  const bool last = finished_ && !finish_said_;
  if (last || now >= next_status_) {
    finish_said_ = finished_;
    next_status_ = now + status_interval;
    out.push_back({launcher_, status()});
  }
  return out;
}

wire::LaunchRun Controller::run(const Attempt& attempt) const {
  return {.sim = attempt.sim,
          .attempt = attempt.attempt,
          .parameters = design_->parameters(attempt.sim).value(),
          .reason = table_->why_replaced(attempt)};
}

wire::LaunchStatus Controller::status() const {
  constexpr double none = std::numeric_limits<double>::quiet_NaN();
  wire::LaunchStatus status;
  const SimulationCounts counts = table_ ? table_->counts() : SimulationCounts{};
  status.expected = counts.expected;
  status.finished = counts.finished;
  status.failed = counts.failed;
  status.restarted = counts.restarted;
  status.samples_expected = counts.expected * study_.simulation.steps;
  status.samples_unique = std::accumulate(accepted_.begin(), accepted_.end(), std::uint64_t{0});
  status.samples_trained = progress_.samples;
  status.batches = progress_.batches;
  status.train_loss = progress_.batches > 0 ? progress_.train_loss : none;
  status.validation_loss = progress_.validation_loss.value_or(none);
  status.samples_per_second = progress_.batches > 0 ? progress_.samples_per_second : none;
  status.over = finished_ ? 1 : 0;
  status.epoch = epoch_;
  status.pulse = pulse_ + (further_pulse_ ? further_pulse_() : 0);
  status.checkpoints = checkpoints_;
  return status;
}

void Controller::apply(std::span<const std::int64_t> words, Time now, bool room) {
  const std::lock_guard lock(mutex_);
  for (const RankEvent& event : rank_events(words)) apply_event(event, now);
  deaf_ = false;
  ++pulse_;
  if (!table_) return;
  table_->round();
  check_patience(now, room);
}

/// Without a launcher nobody starts what could send: then it is not the solvers that are slow.
void Controller::check_patience(Time now, bool room) {
  // Of jobs that wait in a batch system's queue nobody expects samples.
  if (!room || all_wait_ || table_->over()) last_progress_ = now;
  if (stop_ || table_->over()) return;
  const Seconds patience(study_.server.without_launcher);
  if (now - last_word_ > std::min(Seconds(launcher_is_away), patience)) {
    if (now - std::max(last_word_, last_progress_) > patience)
      stop_ = StopReason{false, "no launcher has been heard and no sample has come for " +
                                    seconds_text(study_.server.without_launcher) +
                                    " s (server.without_launcher); `weir run --resume` goes on"};
  } else if (now - last_progress_ > Seconds(study_.server.progress)) {
    stop_ = StopReason{
        true, "no sample has arrived for " + seconds_text(study_.server.progress) +
                  " s (server.progress) although there is room; the solvers' logs say more"};
  }
}

void Controller::apply_event(const RankEvent& event, Time now) {
  using enum RankEvent::Kind;
  if (event.kind == terminated && !stop_)
    stop_ = StopReason{false, "the server was told to end (SIGTERM)"};
  if (event.kind == relieved && !stop_)
    stop_ = StopReason{.failed = false,
                       .text = "the server has saved a checkpoint and makes room for its successor",
                       .relieved = true};
  if (!table_) return;
  const auto sim = static_cast<std::uint64_t>(event.sim);
  const Attempt attempt{sim, static_cast<std::uint64_t>(event.value)};
  switch (event.kind) {
    case completed:
      table_->completed(sim, static_cast<std::size_t>(event.rank));
      break;
    case refused:
      table_->refused(sim);
      break;
    case accepted:
      accepted_.at(static_cast<std::size_t>(event.rank)) = static_cast<std::uint64_t>(event.value);
      last_progress_ = now;
      break;
    case failed:
      if (!stop_)
        stop_ = StopReason{true, "rank " + std::to_string(event.rank) +
                                     " cannot receive any more; its log says why"};
      break;
    case lost:
      table_->broken(
          attempt, /*blameless=*/false,
          "it was silent for " + seconds_text(study_.server.liveness) + " s (server.liveness)");
      break;
    case stalled:
      table_->broken(attempt, /*blameless=*/false,
                     "it sent no step for " + seconds_text(study_.simulation.progress) +
                         " s (simulation.progress)");
      break;
    case lacking:
      table_->broken(attempt, /*blameless=*/true,
                     "it cannot send again what the server lost when it was restarted");
      break;
    case terminated:
    case relieved:
    case fence:
    case parameter:
    case loss:
    case loss_samples:
      break;
  }
}

std::vector<Attempt> Controller::take_fences() {
  const std::lock_guard lock(mutex_);
  return table_ ? table_->take_fences() : std::vector<Attempt>{};
}

std::vector<std::uint64_t> Controller::to_settle() const {
  const std::lock_guard lock(mutex_);
  if (!table_ || stop_ || finished_ || launcher_.empty()) return {};
  const std::size_t running = std::min(table_->outstanding().size(), capacity_);
  return table_->unsettled(capacity_ - running + capacity_ / settled_ahead + 1);
}

std::vector<std::uint64_t> Controller::unsettled() const {
  const std::lock_guard lock(mutex_);
  return table_ ? table_->unsettled(std::numeric_limits<std::size_t>::max())
                : std::vector<std::uint64_t>{};
}

void Controller::beat() {
  const std::lock_guard lock(mutex_);
  ++pulse_;
}

void Controller::watch(std::function<std::uint64_t()> pulse) {
  const std::lock_guard lock(mutex_);
  if (further_pulse_) pulse_ += further_pulse_();  // the sum never goes down
  further_pulse_ = std::move(pulse);
}

void Controller::published() {
  const std::lock_guard lock(mutex_);
  ++checkpoints_;
}

void Controller::progress(const TrainingProgress& progress) {
  const std::lock_guard lock(mutex_);
  progress_ = progress;
}

void Controller::stop(const StopReason& reason) {
  const std::lock_guard lock(mutex_);
  if (!stop_) stop_ = reason;
}

void Controller::finish() {
  const std::lock_guard lock(mutex_);
  finished_ = true;
}

bool Controller::reception_over() const {
  const std::lock_guard lock(mutex_);
  return !table_ || table_->over();
}

std::optional<StopReason> Controller::stop_reason() const {
  const std::lock_guard lock(mutex_);
  return stop_;
}

SimulationCounts Controller::counts() const {
  const std::lock_guard lock(mutex_);
  return table_ ? table_->counts() : SimulationCounts{};
}

std::vector<std::string> Controller::take_notices() {
  const std::lock_guard lock(mutex_);
  return table_ ? table_->take_notices() : std::vector<std::string>{};
}

}  // namespace weir

#include "server/control/controller.h"

#include <cmath>
#include <limits>
#include <numeric>

#include "server/control/rank_event.h"

namespace weir {

namespace {
constexpr auto status_interval = std::chrono::seconds(1);

std::string seconds_text(double seconds) {
  std::string text = std::to_string(seconds);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}
}  // namespace

Controller::Controller(const Study& study, const Design* design, std::uint64_t study_id,
                       std::size_t ranks, Time now)
    : study_(study),
      design_(design),
      study_id_(study_id),
      accepted_(ranks),
      last_progress_(now),
      next_status_(now) {
  if (design != nullptr) table_.emplace(study, *design, ranks);
}

std::vector<Outgoing> Controller::receive(const wire::Peer& peer, const wire::Message& message) {
  const std::lock_guard lock(mutex_);
  std::vector<Outgoing> answers;
  if (const auto* hello = std::get_if<wire::LaunchHello>(&message)) {
    if (hello->study != study_id_) {
      answers.push_back(
          {peer, wire::Reject{wire::RejectCode::study, "this server serves another study"}});
      return answers;
    }
    launcher_ = peer;
    capacity_ = hello->capacity;
    if (table_)
      for (const Attempt& attempt : table_->outstanding()) answers.push_back({peer, run(attempt)});
    answers.push_back({peer, status()});
  } else if (const auto* ended = std::get_if<wire::LaunchEnded>(&message)) {
    if (table_)
      table_->ended({ended->sim, ended->attempt}, ended->end == wire::JobEnd::done, ended->reason);
    answers.push_back({peer, wire::LaunchAck{ended->sim, ended->attempt}});
  } else if (const auto* stop = std::get_if<wire::LaunchStop>(&message)) {
    if (!stop_) stop_ = StopReason{false, stop->reason};
    answers.push_back({peer, wire::LaunchStopping{}});
  }
  return answers;
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
  return {attempt.sim, attempt.attempt, design_->parameters(attempt.sim).value()};
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
  return status;
}

void Controller::apply(std::span<const std::int64_t> words, Time now, bool room) {
  const std::lock_guard lock(mutex_);
  for (const RankEvent& event : rank_events(words)) apply_event(event, now);
  if (!table_) return;
  table_->round();
  if (!room || table_->over()) last_progress_ = now;
  if (!stop_ && now - last_progress_ > Seconds(study_.server.progress))
    stop_ = StopReason{
        true, "no sample has arrived for " + seconds_text(study_.server.progress) +
                  " s (server.progress) although there is room; the solvers' logs say more"};
}

void Controller::apply_event(const RankEvent& event, Time now) {
  if (!table_) return;
  switch (event.kind) {
    case RankEvent::Kind::completed:
      table_->completed(static_cast<std::uint64_t>(event.sim),
                        static_cast<std::size_t>(event.rank));
      break;
    case RankEvent::Kind::refused:
      table_->refused(static_cast<std::uint64_t>(event.sim));
      break;
    case RankEvent::Kind::accepted:
      accepted_.at(static_cast<std::size_t>(event.rank)) = static_cast<std::uint64_t>(event.value);
      last_progress_ = now;
      break;
    case RankEvent::Kind::failed:
      if (!stop_)
        stop_ = StopReason{true, "rank " + std::to_string(event.rank) +
                                     " cannot receive any more; its log says why"};
      break;
  }
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

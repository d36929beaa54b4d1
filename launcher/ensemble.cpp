#include "launcher/ensemble.h"

#include <algorithm>
#include <sstream>
#include <utility>

#include "launcher/jobs.h"
#include "launcher/log_tail.h"
#include "src/core/error.h"
#include "src/core/failpoint.h"
#include "src/core/planted_bug.h"

namespace weir {
namespace {

std::string title(AttemptId id) {
  return "simulation " + std::to_string(id.sim) + ", attempt " + std::to_string(id.attempt);
}

/// More would not fit into one message. An ended attempt that is not listed is asked for again, and
/// its end is reported again.
constexpr std::size_t most_listed = 50'000;

std::string seconds_text(double seconds) {
  std::ostringstream text;
  text << seconds << " s";
  return text.str();
}

/// What the solver said last is mostly why it failed; in brackets, empty when it said nothing.
std::string last_words(const std::filesystem::path& log) {
  const auto line = last_line(log);
  return line.empty() ? "" : " (\"" + line + "\")";
}

}  // namespace

Ensemble::Ensemble(const Study& study, StudyDirectory directory, Scheduler& scheduler,
                   const Clock& clock, Journal& journal, Note note)
    : study_(study),
      directory_(std::move(directory)),
      scheduler_(scheduler),
      clock_(clock),
      journal_(journal),
      note_(std::move(note)) {}

void Ensemble::inherit(const std::vector<PastAttempt>& past) {
  for (const auto& one : past) inherit(one);
  for (const auto& one : past) withdraw_lower(one.id);
}

void Ensemble::inherit(const PastAttempt& past) {
  const bool lives = !past.job.empty();
  // Meant to be submitted, and never was: its number is free.
  if (!lives && !past.submitted) return;
  if (!lives && WEIR_BUG("attempt_submitted_twice")) return;
  Attempt& attempt = attempts_[past.id];
  attempt.name = simulation_job_name(study_, past.id);
  attempt.job = past.job;
  attempt.submitted = true;
  attempt.state = lives ? AttemptState::submitted : AttemptState::ended;
  if (lives) {
    note_(NoteLevel::detail, title(past.id) + " runs on as job " + past.job);
    if (!past.submitted)
      record(
          {.event = JournalEvent::submitted, .name = attempt.name, .job = past.job, .reason = ""});
    return;
  }
  // An end that nobody saw says nothing: whether its steps came decides.
  attempt.end = past.ended && !past.ok ? wire::JobEnd::failed : wire::JobEnd::done;
  attempt.reason = past.ended ? past.reason : "it ended while no launcher ran";
}

void Ensemble::request(const wire::LaunchRun& run) {
  const AttemptId id{run.sim, run.attempt};
  const bool late = overtaken(id);
  const auto [entry, is_new] = attempts_.try_emplace(id);
  Attempt& attempt = entry->second;
  if (!is_new) {
    apply(id, attempt, AttemptEvent::requested);
    return;
  }
  attempt.parameters = run.parameters;
  attempt.order = requests_++;
  if (late) {
    withdraw(id, attempt, "a later attempt was started before");
    return;
  }
  if (run.attempt > 0)
    note_(NoteLevel::info, "simulation " + std::to_string(run.sim) + " starts again: attempt " +
                               std::to_string(run.attempt));
  withdraw_lower(id);
}

/// Whether a higher attempt of the simulation was submitted.
bool Ensemble::overtaken(AttemptId id) const {
  const auto end = attempts_.lower_bound({id.sim + 1, 0});
  return std::any_of(attempts_.upper_bound(id), end,
                     [](const auto& higher) { return higher.second.submitted; });
}

void Ensemble::withdraw_lower(AttemptId id) {
  const auto end = attempts_.find(id);
  for (auto lower = attempts_.lower_bound({id.sim, 0}); lower != end; ++lower)
    withdraw(lower->first, lower->second, "replaced by attempt " + std::to_string(id.attempt));
}

void Ensemble::acknowledge(AttemptId id) {
  if (const auto attempt = attempts_.find(id); attempt != attempts_.end())
    apply(id, attempt->second, AttemptEvent::acknowledged);
}

void Ensemble::observe(const std::map<JobId, JobReport>& reports) {
  for (auto& [id, attempt] : attempts_) {
    if (!takes_place(attempt.state)) continue;
    if (const auto report = reports.find(attempt.job); report != reports.end())
      observe(id, attempt, report->second);
  }
}

void Ensemble::observe(AttemptId id, Attempt& attempt, const JobReport& report) {
  if (report.state == JobState::running) apply(id, attempt, AttemptEvent::seen_running);
  if (!has_ended(report.state)) return;
  // Of a lost job nobody knows the exit code: what counts is whether its steps came.
  const bool unblamed = report.state == JobState::done || report.state == JobState::lost;
  attempt.end = unblamed ? wire::JobEnd::done : wire::JobEnd::failed;
  if (attempt.reason.empty()) attempt.reason = report.reason;
  apply(id, attempt, AttemptEvent::job_over);
}

void Ensemble::advance() {
  enforce_time_limit();
  while (jobs() < study_.launcher.jobs) {
    const auto next = oldest_queued();
    if (next == attempts_.end()) return;
    apply(next->first, next->second, AttemptEvent::place_free);
  }
}

void Ensemble::enforce_time_limit() {
  const double limit = study_.simulation.time_limit;
  if (limit <= 0) return;
  for (auto& [id, attempt] : attempts_) {
    if (attempt.state != AttemptState::running) continue;
    if (clock_.now() - attempt.running_since < Seconds(limit)) continue;
    attempt.reason = "time limit of " + seconds_text(limit);
    apply(id, attempt, AttemptEvent::time_up);
  }
}

void Ensemble::server_lost() {
  std::erase_if(attempts_,
                [](const auto& entry) { return entry.second.state == AttemptState::queued; });
}

void Ensemble::withdraw_all(const std::string& reason) {
  for (auto& [id, attempt] : attempts_) withdraw(id, attempt, reason);
}

void Ensemble::withdraw(AttemptId id, Attempt& attempt, const std::string& reason) {
  if (attempt.state == AttemptState::queued) attempt.end = wire::JobEnd::never_started;
  if (step(attempt.state, AttemptEvent::withdrawn).next != attempt.state) {
    attempt.reason = reason;
    attempt.withdrawn = true;
  }
  apply(id, attempt, AttemptEvent::withdrawn);
}

void Ensemble::kill_all() {
  for (const auto& [id, attempt] : attempts_)
    if (takes_place(attempt.state)) scheduler_.kill(attempt.job);
}

void Ensemble::apply(AttemptId id, Attempt& attempt, AttemptEvent event) {
  const auto [next, action] = step(attempt.state, event);
  attempt.state = next;
  switch (action) {
    case AttemptAction::none:
      break;
    case AttemptAction::submit:
      submit(id, attempt);
      break;
    case AttemptAction::start_time_limit:
      attempt.running_since = clock_.now();
      break;
    case AttemptAction::cancel:
      scheduler_.cancel(attempt.job);
      break;
    case AttemptAction::report:
      report(id, attempt);
      break;
  }
}

void Ensemble::submit(AttemptId id, Attempt& attempt) {
  try {
    if (attempt.parameters.size() != study_.parameters.size())
      throw Error(ErrorKind::study, "the server sent " + std::to_string(attempt.parameters.size()) +
                                        " parameters, the study has " +
                                        std::to_string(study_.parameters.size()));
    const auto request = simulation_job(study_, directory_, id.sim, id.attempt, attempt.parameters);
    attempt.name = request.name;
    WEIR_FAILPOINT("launcher.before_intent");
    if (!WEIR_BUG("intent_not_journaled"))
      journal_.write(
          {.event = JournalEvent::intent, .name = request.name, .job = "", .reason = ""});
    WEIR_FAILPOINT("launcher.after_intent");
    attempt.job = scheduler_.submit(request);
    attempt.submitted = true;
  } catch (const Error& error) {
    attempt.end = wire::JobEnd::never_started;
    attempt.reason = error.what();
    apply(id, attempt, AttemptEvent::refused);
    return;
  }
  WEIR_FAILPOINT("launcher.after_submit");
  record(
      {.event = JournalEvent::submitted, .name = attempt.name, .job = attempt.job, .reason = ""});
  WEIR_FAILPOINT("launcher.after_submitted");
  note_(NoteLevel::detail, title(id) + " is job " + attempt.job);
}

void Ensemble::report(AttemptId id, Attempt& attempt) {
  const auto log = directory_.simulation_log(id.sim, id.attempt);
  if (attempt.end == wire::JobEnd::done)
    note_(NoteLevel::detail, title(id) + " has ended");
  else
    note_(attempt.withdrawn ? NoteLevel::detail : NoteLevel::warning,
          title(id) + " failed: " + attempt.reason + last_words(log) + "; its log is " +
              log.string());
  if (attempt.job.empty()) return;
  WEIR_FAILPOINT("launcher.before_end_journaled");
  record({.event = JournalEvent::ended,
          .name = attempt.name,
          .job = attempt.job,
          .reason = attempt.reason,
          .ok = attempt.end == wire::JobEnd::done});
}

/// A job that runs is not given up because a full disk keeps it out of the journal.
void Ensemble::record(const JournalEntry& entry) {
  try {
    journal_.write(entry);
  } catch (const Error& error) {
    note_(NoteLevel::warning, error.what());
  }
}

std::vector<wire::LaunchEnded> Ensemble::unacknowledged() const {
  std::vector<wire::LaunchEnded> ended;
  for (const auto& [id, attempt] : attempts_)
    if (attempt.state == AttemptState::ended)
      ended.push_back(
          {.sim = id.sim, .attempt = id.attempt, .end = attempt.end, .reason = attempt.reason});
  return ended;
}

KnownAttempts Ensemble::known() const {
  std::map<std::uint64_t, std::pair<std::uint64_t, bool>> highest;
  for (const auto& [id, attempt] : attempts_)  // ordered: the last one of a simulation stays
    if (attempt.submitted) highest[id.sim] = {id.attempt, takes_place(attempt.state)};
  KnownAttempts known;
  const bool all = highest.size() <= most_listed;
  for (const auto& [sim, attempt] : highest) {
    if (!all && !attempt.second) continue;
    known.sims.push_back(sim);
    known.attempts.push_back(attempt.first);
    known.alive.push_back(attempt.second ? 1 : 0);
  }
  return known;
}

std::size_t Ensemble::queued() const {
  return count([](AttemptState state) { return state == AttemptState::queued; });
}

std::size_t Ensemble::count(bool (*in)(AttemptState)) const {
  return static_cast<std::size_t>(
      std::count_if(attempts_.begin(), attempts_.end(),
                    [&](const auto& entry) { return in(entry.second.state); }));
}

std::map<AttemptId, Ensemble::Attempt>::iterator Ensemble::oldest_queued() {
  auto oldest = attempts_.end();
  for (auto attempt = attempts_.begin(); attempt != attempts_.end(); ++attempt)
    if (attempt->second.state == AttemptState::queued &&
        (oldest == attempts_.end() || attempt->second.order < oldest->second.order))
      oldest = attempt;
  return oldest;
}

}  // namespace weir

#include "launcher/run/ensemble.h"

#include <algorithm>
#include <utility>

#include "launcher/run/jobs.h"
#include "launcher/schedulers/log_tail.h"
#include "src/core/error.h"
#include "src/core/failpoint.h"
#include "src/core/number_text.h"
#include "src/core/planted_bug.h"

namespace weir {
namespace {

std::string title(AttemptId id) {
  return "simulation " + std::to_string(id.sim) + ", attempt " + std::to_string(id.attempt);
}

/// More would not fit into one message. An ended attempt that is not listed is asked for again, and
/// its end is reported again.
constexpr std::size_t most_listed = 50'000;

/// A server asks for what it wants as soon as it hears of a free place.
constexpr Duration request_pause = std::chrono::seconds(5);

/// Batch systems take their time; meanwhile nobody listens to the server and the user.
constexpr Duration submission_share = std::chrono::seconds(2);

/// What the solver said last is mostly why it failed; in brackets, empty when it said nothing.
std::string last_words(const std::filesystem::path& log) {
  const auto line = last_line(log);
  return line.empty() ? "" : " (\"" + line + "\")";
}

}  // namespace

Ensemble::Ensemble(const Study& study, StudyDirectory directory, Scheduler& scheduler,
                   FileSystem& files, const Clock& clock, Journal& journal, Note note)
    : study_(study),
      directory_(std::move(directory)),
      scheduler_(scheduler),
      files_(files, study, directory_),
      clock_(clock),
      journal_(journal),
      note_(std::move(note)) {}

void Ensemble::inherit(const std::vector<PastAttempt>& past) {
  for (const auto& one : past) inherit(one);
  for (const auto& one : past) replace_lower(one.id, "");
  remove_leftovers();
}

/// Of attempts that ended while no launcher ran, or at the very end of the earlier one.
void Ensemble::remove_leftovers() {
  for (const auto& id : files_.found()) {
    const auto attempt = attempts_.find(id);
    if (attempt != attempts_.end() && attempt->second.state == AttemptState::ended)
      remove_files(id, attempt->second);
  }
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
  attempt.well = past.well;
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
  last_request_ = clock_.now();
  if (late) {
    withdraw(id, attempt, "a later attempt was started before");
    return;
  }
  if (run.attempt > 0)
    note_(NoteLevel::info, "simulation " + std::to_string(run.sim) + " starts again: attempt " +
                               std::to_string(run.attempt));
  replace_lower(id, run.reason);
}

/// Whether a higher attempt of the simulation was submitted.
bool Ensemble::overtaken(AttemptId id) const {
  const auto end = attempts_.lower_bound({id.sim + 1, 0});
  return std::any_of(attempts_.upper_bound(id), end,
                     [](const auto& higher) { return higher.second.submitted; });
}

void Ensemble::replace_lower(AttemptId id, const std::string& why) {
  const auto end = attempts_.find(id);
  for (auto lower = attempts_.lower_bound({id.sim, 0}); lower != end; ++lower)
    replace(lower->first, lower->second, id.attempt, why);
}

/// That the server does without an attempt is a failure of it, whatever its program says.
void Ensemble::replace(AttemptId id, Attempt& attempt, std::uint64_t by, const std::string& why) {
  const bool ended = !takes_place(attempt.state) && attempt.state != AttemptState::queued;
  if (ended && attempt.submitted && attempt.end == wire::JobEnd::done && !why.empty()) {
    attempt.end = wire::JobEnd::failed;
    attempt.reason = why;
    tell_failure(id, attempt);
    record_end(attempt);
    return;
  }
  const bool runs =
      attempt.state == AttemptState::submitted || attempt.state == AttemptState::running;
  withdraw(id, attempt, why.empty() ? "replaced by attempt " + std::to_string(by) : why);
  if (runs) attempt.withdrawn = false;
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
  attempt.well = report.state == JobState::done;
  if (report.cause == JobCause::node_failure || report.cause == JobCause::preempted)
    attempt.end = wire::JobEnd::taken_away;
  if (attempt.reason.empty()) attempt.reason = report.reason;
  apply(id, attempt, AttemptEvent::job_over);
}

void Ensemble::advance() {
  enforce_time_limit();
  const Time begin = clock_.now();
  for (auto size = wave_size(); size > 0; size = wave_size()) {
    for (std::size_t k = 0; k < size; ++k) {
      const auto next = oldest_queued();
      apply(next->first, next->second, AttemptEvent::place_free);
    }
    submit_wave();
    if (clock_.now() - begin >= submission_share) break;
  }
}

/// How many are to be submitted now.
std::size_t Ensemble::wave_size() const {
  const auto running = jobs(), waiting = queued();
  if (running >= study_.launcher.jobs) return 0;
  const auto possible = std::min(study_.launcher.jobs - running, waiting);
  const auto wave = std::min(study_.launcher.wave, study_.launcher.jobs);
  if (possible >= wave) return wave;
  const bool nothing_came = running == 0 && clock_.now() - last_request_ >= request_pause;
  const bool nothing_else = open_ <= running + waiting || nothing_came;
  return nothing_else ? possible : 0;
}

void Ensemble::enforce_time_limit() {
  const double limit = study_.simulation.time_limit;
  if (limit <= 0) return;
  for (auto& [id, attempt] : attempts_) {
    if (attempt.state != AttemptState::running) continue;
    if (clock_.now() - attempt.running_since < Seconds(limit)) continue;
    attempt.reason = "time limit of " + number_text(limit) + " s";
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
      wave_.push_back(id);
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

void Ensemble::submit_wave() {
  std::vector<AttemptId> ids;
  std::vector<JobRequest> requests;
  for (const auto& id : std::exchange(wave_, {})) {
    auto request = prepare(id, attempts_.at(id));
    if (!request) continue;
    ids.push_back(id);
    requests.push_back(std::move(*request));
  }
  if (requests.empty()) return;
  WEIR_FAILPOINT("launcher.after_intent");
  const auto submissions = scheduler_.submit_all(requests);
  WEIR_FAILPOINT("launcher.after_submit");
  for (std::size_t k = 0; k < ids.size(); ++k) take(ids[k], attempts_.at(ids[k]), submissions[k]);
  WEIR_FAILPOINT("launcher.after_submitted");
}

/// Its job, and its intent in the journal; nothing when it is refused here.
std::optional<JobRequest> Ensemble::prepare(AttemptId id, Attempt& attempt) {
  try {
    if (attempt.parameters.size() != study_.parameters.size())
      throw Error(ErrorKind::study, "the server sent " + std::to_string(attempt.parameters.size()) +
                                        " parameters, the study has " +
                                        std::to_string(study_.parameters.size()));
    auto request = simulation_job(study_, directory_, id.sim, id.attempt, attempt.parameters);
    attempt.name = request.name;
    files_.prepare(id, attempt.parameters);
    WEIR_FAILPOINT("launcher.before_intent");
    if (!WEIR_BUG("intent_not_journaled"))
      journal_.write(
          {.event = JournalEvent::intent, .name = request.name, .job = "", .reason = ""});
    return request;
  } catch (const Error& error) {
    refuse(id, attempt, error.what());
    return std::nullopt;
  }
}

void Ensemble::take(AttemptId id, Attempt& attempt, const Submission& submission) {
  if (submission.job.empty()) {
    refuse(id, attempt, submission.refusal);
    return;
  }
  attempt.job = submission.job;
  attempt.submitted = true;
  record(
      {.event = JournalEvent::submitted, .name = attempt.name, .job = attempt.job, .reason = ""});
  note_(NoteLevel::detail, title(id) + " is job " + attempt.job);
}

void Ensemble::refuse(AttemptId id, Attempt& attempt, const std::string& why) {
  attempt.end = wire::JobEnd::never_started;
  attempt.reason = why;
  apply(id, attempt, AttemptEvent::refused);
}

void Ensemble::report(AttemptId id, Attempt& attempt) {
  if (attempt.end == wire::JobEnd::done)
    note_(NoteLevel::detail, title(id) + " has ended");
  else
    tell_failure(id, attempt);
  if (!attempt.job.empty() && !record_end(attempt)) return;
  remove_files(id, attempt);
}

void Ensemble::tell_failure(AttemptId id, const Attempt& attempt) {
  const auto log = directory_.simulation_log(id.sim, id.attempt);
  note_(
      attempt.withdrawn ? NoteLevel::detail : NoteLevel::warning,
      title(id) + " failed: " + attempt.reason + last_words(log) + "; its log is " + log.string());
}

bool Ensemble::record_end(const Attempt& attempt) {
  WEIR_FAILPOINT("launcher.before_end_journaled");
  const bool on_disk = record({.event = JournalEvent::ended,
                               .name = attempt.name,
                               .job = attempt.job,
                               .reason = attempt.reason,
                               .ok = attempt.end == wire::JobEnd::done,
                               .unseen = attempt.end == wire::JobEnd::done && !attempt.well,
                               .withdrawn = attempt.withdrawn});
  WEIR_FAILPOINT("launcher.after_end_journaled");
  return on_disk;
}

/// False: it is not on disk. A job that runs is not given up because a full disk keeps it out of
/// the journal.
bool Ensemble::record(const JournalEntry& entry) {
  try {
    journal_.write(entry);
    return true;
  } catch (const Error& error) {
    note_(NoteLevel::warning, error.what());
    return false;
  }
}

/// Its number is never used again: a job of it that starts all the same has nothing to run.
void Ensemble::remove_files(AttemptId id, const Attempt& attempt) {
  if (attempt.name.empty()) return;
  try {
    files_.remove(id, attempt.well);
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
  const auto alive = [](AttemptState state) -> std::uint8_t {
    if (!takes_place(state)) return 0;
    return state == AttemptState::submitted ? 2 : 1;
  };
  std::map<std::uint64_t, std::pair<std::uint64_t, std::uint8_t>> highest;
  for (const auto& [id, attempt] : attempts_)  // ordered: the last one of a simulation stays
    if (attempt.submitted) highest[id.sim] = {id.attempt, alive(attempt.state)};
  KnownAttempts known;
  const bool all = highest.size() <= most_listed;
  for (const auto& [sim, attempt] : highest) {
    if (!all && attempt.second == 0) continue;
    known.sims.push_back(sim);
    known.attempts.push_back(attempt.first);
    known.alive.push_back(attempt.second);
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

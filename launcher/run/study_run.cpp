#include "launcher/run/study_run.h"

#include <algorithm>
#include <thread>
#include <utility>

#include "launcher/run/jobs.h"
#include "launcher/run/outcome.h"
#include "launcher/run/past.h"
#include "launcher/schedulers/log_tail.h"
#include "src/core/failpoint.h"
#include "src/core/number_text.h"

namespace weir {
namespace {

constexpr Duration stop_answer = std::chrono::seconds(30);  ///< until LaunchStopping
constexpr Duration orderly_end =
    std::chrono::minutes(10);  ///< from the wish to stop to the server's end

Duration duration_of(double seconds) {
  return std::chrono::duration_cast<Duration>(Seconds(seconds));
}

std::string no_answer(double seconds, const StudyDirectory& directory) {
  return "the server did not answer within " + number_text(seconds) + " s; its log is " +
         server_job_log(directory).string() +
         "; a slow machine needs a larger launcher.server_start";
}

std::string no_pulse(double seconds) {
  return "the server gave no sign of life for " + number_text(seconds) + " s (launcher.watchdog)";
}

std::string not_loaded(const std::string& how, const StudyDirectory& directory) {
  const auto why = loading_error(server_job_log(directory));
  return "the server's program could not be loaded (" + how + (why.empty() ? "" : ": " + why) +
         "); if a library is missing, load what weir was built with (launcher.server.modules)";
}

std::string given_up(std::size_t restarts, const std::string& how) {
  return "the server died again after " + std::to_string(restarts) +
         " restarts, and launcher.server_restarts allows no more; the last time: " + how;
}

}  // namespace

StudyRun::StudyRun(const Study& study, StudyDirectory directory, JobRequest server,
                   RunSurroundings around)
    : study_(study),
      directory_(directory),
      around_(std::move(around)),
      ensemble_(study, directory, around_.scheduler, around_.files, around_.clock, around_.journal,
                around_.note),
      server_(directory, std::move(server), around_.scheduler, around_.files, around_.clock,
              around_.journal, around_.note),
      restarts_(study.launcher.server_restarts) {}

void StudyRun::start() {
  started_ = around_.clock.now();
  start_server(/*resume=*/false);
}

/// Not before there are clients' resources, where the study wants that: an accelerator would only
/// wait for them.
void StudyRun::start_server(bool resume) {
  const bool clients_first = study_.launcher.start == StartOrder::clients_first &&
                             study_.training.source == Source::ensemble;
  if (!clients_first) return server_.start(resume);
  resumes_server_ = resume;
  phase_ = RunPhase::waiting;
  around_.note(NoteLevel::info, "waiting for the resources of simulations before the server's");
}

void StudyRun::start_when_clients_are_ready() {
  if (!around_.scheduler.clients_ready()) return;
  server_.start(resumes_server_);
  phase_ = RunPhase::starting;
}

void StudyRun::resume(const std::vector<JournalEntry>& journal) {
  started_ = around_.clock.now();
  resumed_ = true;
  auto attempts = past_attempts(study_, directory_, journal);
  const JobId server = find_past_jobs(study_, around_.scheduler, attempts);
  WEIR_FAILPOINT("launcher.after_find");
  ensemble_.inherit(attempts);
  if (!server.empty())
    server_.adopt(server);
  else if (is_done(around_.files, directory_))
    end("the study is done");
  else
    start_server(/*resume=*/true);
}

bool StudyRun::tick() {
  const auto reports = around_.scheduler.poll();
  for (const auto& text : around_.scheduler.news()) around_.note(NoteLevel::warning, text);
  if (phase_ == RunPhase::waiting) start_when_clients_are_ready();
  if (phase_ == RunPhase::restarting) restart_when_due();
  if (server_runs()) {
    connect_when_ready();
    converse();  // before the server's end is looked at: its last words count
    observe_server(reports);
  }
  if (server_runs()) enforce_deadlines();
  ensemble_.observe(reports);
  if (phase_ != RunPhase::ending) ensemble_.advance();
  if (phase_ == RunPhase::ending && ensemble_.jobs() == 0) phase_ = RunPhase::ended;
  return phase_ != RunPhase::ended;
}

void StudyRun::wait(Duration at_most) {
  if (link_)
    link_->wait(at_most);
  else
    std::this_thread::sleep_for(at_most);
}

bool StudyRun::server_runs() const {
  return phase_ == RunPhase::starting || phase_ == RunPhase::running ||
         phase_ == RunPhase::stopping;
}

/// Also while it has not answered: a server that an earlier launcher had just started may publish
/// its endpoints after those of its predecessor were read.
void StudyRun::connect_when_ready() {
  if (link_ && link_->heard()) return;
  const auto endpoint = server_.endpoint();
  if (!endpoint || (link_ && endpoint->epoch == epoch_)) return;
  epoch_ = endpoint->epoch;
  link_ = std::make_unique<ServerLink>(around_.connect(*endpoint), endpoint->study,
                                       study_.launcher.jobs, around_.clock);
  WEIR_FAILPOINT("launcher.after_connect");
}

void StudyRun::converse() {
  if (!link_) return;
  for (const auto& message : link_->receive()) handle(message);
  if (phase_ == RunPhase::starting && link_->heard()) {
    phase_ = RunPhase::running;
    watchdog_.emplace(duration_of(study_.launcher.watchdog), around_.clock.now());
    around_.note(NoteLevel::info, "server ready");
  }
  if (link_->stopping() && !clients_withdrawn_) withdraw_all("the study stops");
  link_->send_due(ensemble_.unacknowledged(), ensemble_.known());
}

void StudyRun::handle(const wire::Message& message) {
  if (const auto* run = std::get_if<wire::LaunchRun>(&message); run && phase_ != RunPhase::stopping)
    ensemble_.request(*run);
  if (const auto* ack = std::get_if<wire::LaunchAck>(&message))
    ensemble_.acknowledge({ack->sim, ack->attempt});
  if (const auto* status = std::get_if<wire::LaunchStatus>(&message)) handle(*status);
}

void StudyRun::handle(const wire::LaunchStatus& status) {
  if (status.over == 1 && !(status_ && status_->over == 1))
    around_.note(NoteLevel::info, "no more simulations are needed; the server finishes its work");
  if (!status_ && resumed_) samples_before_ = status.samples_unique;
  status_ = status;
  ensemble_.expect(status.expected - std::min(status.expected, status.finished + status.failed));
  if (!first_status_) first_status_ = status;
  advanced_ = advanced_ || status.batches > first_status_->batches || status.checkpoints > 0;
  if (watchdog_) watchdog_->heard(status.pulse, around_.clock.now());
}

void StudyRun::observe_server(const std::map<JobId, JobReport>& reports) {
  if (server_.requeued(reports)) {
    around_.note(NoteLevel::warning,
                 "the server's job waits in the queue again; it goes on from "
                 "its newest checkpoint when it runs");
    forget_incarnation();
    if (phase_ == RunPhase::running) phase_ = RunPhase::starting;
    if (phase_ == RunPhase::stopping)
      end_server(
          "the server's job waits in the queue again, and the study was to end; `weir run "
          "--resume` goes on with it");
  }
  const auto report = server_.end(reports);
  if (!report) return;
  if (ended_for_good(*report))
    finish(*report);
  else
    server_died(*report);
}

/// Whether a server that ended has said its last word: by its exit code, by its summary (then it
/// died after its work), or because the launcher wanted its end, or the batch system will not start
/// it, or nobody can: one that has been there before is tried again, for a place may fail it.
bool StudyRun::ended_for_good(const JobReport& report) {
  if (server_cancelled_ || server_end_.interrupted || clients_withdrawn_) return true;
  if (report.cause == JobCause::never_ran) {
    server_end_.failure = "the server's job never ran: " + report.reason;
    return true;
  }
  if (!status_ && hang_.empty() && was_not_loaded(report)) {
    server_end_.failure = not_loaded(report.reason, directory_);
    return true;
  }
  return hang_.empty() && (!is_death(report) || has_result(around_.files, directory_));
}

void StudyRun::finish(const JobReport& report) {
  server_end_.report = report;
  around_.note(NoteLevel::info, "server ended: " + report.reason);
  end("the server has ended");
}

void StudyRun::server_died(const JobReport& report) {
  server_end_.report = report;
  const bool relieved = hang_.empty() && advanced_ && is_relief(report);
  const std::string how = hang_.empty() ? "the server died: " + report.reason : hang_;
  forget_incarnation();
  if (relieved)
    plan_succession(report.reason);
  else
    plan_restart(how);
}

void StudyRun::forget_incarnation() {
  link_.reset();
  watchdog_.reset();
  first_status_.reset();
  hang_.clear();
  ensemble_.server_lost();
}

void StudyRun::plan_succession(const std::string& how) {
  advanced_ = false;
  start_after(restarts_.after_relief());
  around_.note(NoteLevel::info, "the server's job has ended (" + how +
                                    "); the next one goes on from its newest checkpoint");
}

void StudyRun::start_after(Duration pause) {
  phase_ = RunPhase::restarting;
  restart_at_ = around_.clock.now() + pause;
}

void StudyRun::plan_restart(const std::string& how) {
  const auto pause = restarts_.after_death(std::exchange(advanced_, false));
  if (!pause) {
    server_end_.failure = given_up(restarts_.restarts(), how);
    server_end_.kind = ErrorKind::study;
    around_.note(NoteLevel::warning, server_end_.failure);
    end("the server is not started again");
    return;
  }
  start_after(*pause);
  around_.note(NoteLevel::warning, how + "; it starts again from its newest checkpoint in " +
                                       number_text(Seconds(*pause).count()) + " s (restart " +
                                       std::to_string(restarts_.restarts()) + " of at most " +
                                       std::to_string(restarts_.most()) + ")");
}

void StudyRun::restart_when_due() {
  if (around_.clock.now() < restart_at_) return;
  WEIR_FAILPOINT("launcher.before_server_restart");
  try {
    server_.start(/*resume=*/true);
    phase_ = RunPhase::starting;
  } catch (const Error& error) {  // a full disk, a scheduler that is away: for now
    plan_restart(std::string("the server could not be started: ") + error.what());
  }
}

void StudyRun::enforce_deadlines() {
  const Time now = around_.clock.now();
  if (phase_ != RunPhase::stopping) {
    enforce_watchdog();
    return;
  }
  if (link_ && !link_->stopping() && now - stop_asked_ >= stop_answer)
    end_server("the server did not answer the wish to stop");
  if (now - stop_asked_ >= orderly_end) end_server("the server did not end in order");
}

void StudyRun::enforce_watchdog() {
  const Time now = around_.clock.now();
  const auto since = server_.running_since();
  if (phase_ == RunPhase::starting && since &&
      now - *since >= Seconds(study_.launcher.server_start))
    kill_hung_server(no_answer(study_.launcher.server_start, directory_));
  if (phase_ == RunPhase::running && watchdog_->expired(now))
    kill_hung_server(no_pulse(study_.launcher.watchdog));
}

/// A stopped process heeds no SIGTERM, so it is killed.
void StudyRun::kill_hung_server(const std::string& how) {
  if (!hang_.empty() || server_cancelled_) return;
  hang_ = how;
  around_.note(NoteLevel::warning, how + "; it is killed");
  WEIR_FAILPOINT("launcher.before_server_killed");
  server_.kill();
}

void StudyRun::end_server(const std::string& failure) {
  if (server_cancelled_) return;
  server_cancelled_ = true;
  server_end_.failure = failure;
  if (!failure.empty()) around_.note(NoteLevel::warning, failure);
  server_.cancel();
}

/// There is no server, and none will be: what is left of the jobs is cleared away.
void StudyRun::end(const std::string& reason) {
  phase_ = RunPhase::ending;
  withdraw_all(reason);
}

void StudyRun::withdraw_all(const std::string& reason) {
  clients_withdrawn_ = true;
  ensemble_.withdraw_all(reason);
}

void StudyRun::interrupt() {
  const bool again = std::exchange(server_end_.interrupted, true);
  if (again) {
    around_.note(NoteLevel::warning, "interrupted again: everything is ended at once");
    if (server_runs()) server_.kill();
    ensemble_.kill_all();
  } else if (phase_ == RunPhase::running) {
    around_.note(NoteLevel::info, "interrupted: the study ends in order (once more: at once)");
    link_->stop("interrupted by the user");
    phase_ = RunPhase::stopping;
    stop_asked_ = around_.clock.now();
  } else if (phase_ == RunPhase::starting) {
    end_server("");
  } else if (phase_ == RunPhase::restarting || phase_ == RunPhase::waiting) {
    end("interrupted by the user");
  }
}

Snapshot StudyRun::snapshot() const {
  const std::uint64_t epoch = status_ ? status_->epoch : 0;
  return {.phase = phase_,
          .status = status_,
          .jobs = ensemble_.jobs(),
          .queued = ensemble_.queued(),
          .pending = ensemble_.pending(),
          .server_pending = phase_ == RunPhase::starting && !server_.running_since(),
          .seconds = Seconds(around_.clock.now() - started_).count(),
          .server_restarts = std::max<std::size_t>(restarts_.restarts(), epoch),
          .resumed = resumed_,
          .samples_before = samples_before_};
}

}  // namespace weir

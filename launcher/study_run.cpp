#include "launcher/study_run.h"

#include <sstream>
#include <thread>
#include <utility>

#include "launcher/jobs.h"
#include "src/wire/endpoint_file.h"

namespace weir {
namespace {

constexpr Duration stop_answer = std::chrono::seconds(30);  ///< until LaunchStopping
constexpr Duration orderly_end =
    std::chrono::minutes(10);  ///< from the wish to stop to the server's end

std::string no_answer(double seconds, const StudyDirectory& directory) {
  std::ostringstream text;
  text << "the server did not answer within " << seconds << " s; its log is "
       << server_job_log(directory).string()
       << "; a slow machine needs a larger launcher.server_start";
  return text.str();
}

}  // namespace

StudyRun::StudyRun(const Study& study, StudyDirectory directory, JobRequest server,
                   RunSurroundings around)
    : study_(study),
      directory_(directory),
      server_request_(std::move(server)),
      around_(std::move(around)),
      ensemble_(study, directory, around_.scheduler, around_.clock, around_.journal, around_.note) {
}

void StudyRun::start() {
  started_ = around_.clock.now();
  const std::string name = server_request_.name;
  around_.journal.write({.event = JournalEvent::intent, .name = name, .job = "", .reason = ""});
  server_ = around_.scheduler.submit(server_request_);
  around_.journal.write(
      {.event = JournalEvent::submitted, .name = name, .job = server_, .reason = ""});
  around_.note(NoteLevel::info, "server started as job " + server_);
}

bool StudyRun::tick() {
  const auto reports = around_.scheduler.poll();
  if (server_runs()) {
    connect_when_ready();
    converse();  // before the server's end is looked at: its last words count
    observe_server(reports);
    enforce_deadlines();
  }
  ensemble_.observe(reports);
  if (server_runs()) ensemble_.advance();
  if (phase_ == RunPhase::ending && ensemble_.jobs() == 0) phase_ = RunPhase::ended;
  return phase_ != RunPhase::ended;
}

void StudyRun::wait(Duration at_most) {
  if (link_)
    link_->wait(at_most);
  else
    std::this_thread::sleep_for(at_most);
}

void StudyRun::connect_when_ready() {
  if (link_ || !around_.files.exists(directory_.endpoint())) return;
  const auto endpoint = wire::read_endpoint_file(around_.files, directory_.endpoint());
  link_ = std::make_unique<ServerLink>(around_.connect(endpoint.endpoints), endpoint.study,
                                       study_.launcher.jobs, around_.clock);
}

void StudyRun::converse() {
  if (!link_) return;
  for (const auto& message : link_->receive()) handle(message);
  if (phase_ == RunPhase::starting && link_->heard()) {
    phase_ = RunPhase::running;
    around_.note(NoteLevel::info, "server ready");
  }
  if (link_->stopping() && !clients_withdrawn_) {
    clients_withdrawn_ = true;
    ensemble_.withdraw_all("the study stops");
  }
  link_->send_due(ensemble_.unacknowledged());
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
  status_ = status;
}

void StudyRun::observe_server(const std::map<JobId, JobReport>& reports) {
  const auto report = reports.find(server_);
  if (report == reports.end() || !has_ended(report->second.state)) return;
  server_end_.report = report->second;
  phase_ = RunPhase::ending;
  around_.note(NoteLevel::info, "server ended: " + report->second.reason);
  ensemble_.withdraw_all("the server has ended");
}

void StudyRun::enforce_deadlines() {
  const Time now = around_.clock.now();
  if (phase_ == RunPhase::starting && now - started_ >= Seconds(study_.launcher.server_start))
    end_server(no_answer(study_.launcher.server_start, directory_));
  if (phase_ != RunPhase::stopping) return;
  if (!link_->stopping() && now - stop_asked_ >= stop_answer)
    end_server("the server did not answer the wish to stop");
  if (now - stop_asked_ >= orderly_end) end_server("the server did not end in order");
}

void StudyRun::end_server(const std::string& failure) {
  if (server_cancelled_) return;
  server_cancelled_ = true;
  server_end_.failure = failure;
  if (!failure.empty()) around_.note(NoteLevel::warning, failure);
  around_.scheduler.cancel(server_);
}

void StudyRun::interrupt() {
  const bool again = std::exchange(server_end_.interrupted, true);
  if (again) {
    around_.note(NoteLevel::warning, "interrupted again: everything is ended at once");
    if (server_runs()) around_.scheduler.kill(server_);
    ensemble_.kill_all();
  } else if (phase_ == RunPhase::running) {
    around_.note(NoteLevel::info, "interrupted: the study ends in order (once more: at once)");
    link_->stop("interrupted by the user");
    phase_ = RunPhase::stopping;
    stop_asked_ = around_.clock.now();
  } else if (phase_ == RunPhase::starting) {
    end_server("");
  }
}

Snapshot StudyRun::snapshot() const {
  return {.phase = phase_,
          .status = status_,
          .jobs = ensemble_.jobs(),
          .queued = ensemble_.queued(),
          .seconds = Seconds(around_.clock.now() - started_).count()};
}

}  // namespace weir

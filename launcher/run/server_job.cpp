#include "launcher/run/server_job.h"

#include <utility>

#include "launcher/run/jobs.h"
#include "launcher/run/restart_policy.h"
#include "src/core/error.h"
#include "src/core/failpoint.h"
#include "src/core/planted_bug.h"

namespace weir {

ServerJob::ServerJob(StudyDirectory directory, JobRequest request, Scheduler& scheduler,
                     FileSystem& files, const Clock& clock, Journal& journal, Note note)
    : directory_(std::move(directory)),
      request_(std::move(request)),
      scheduler_(scheduler),
      files_(files),
      clock_(clock),
      journal_(journal),
      note_(std::move(note)) {}

void ServerJob::start(bool resume) {
  running_since_.reset();
  if (const auto former = published()) stale_epoch_ = former->epoch;
  if (resume) files_.remove(directory_.summary());
  WEIR_FAILPOINT("launcher.before_server_intent");
  journal_.write({.event = JournalEvent::intent, .name = request_.name, .job = "", .reason = ""});
  WEIR_FAILPOINT("launcher.after_server_intent");
  job_ = scheduler_.submit(resume ? resumed(request_) : request_);
  WEIR_FAILPOINT("launcher.after_server_submit");
  record({.event = JournalEvent::submitted, .name = request_.name, .job = job_, .reason = ""});
  note_(NoteLevel::info, "server started as job " + job_);
}

void ServerJob::adopt(const JobId& job) {
  running_since_.reset();
  job_ = job;
  note_(NoteLevel::info, "the server runs on as job " + job_);
}

bool ServerJob::requeued(const std::map<JobId, JobReport>& reports) {
  const auto report = reports.find(job_);
  if (report == reports.end()) return false;
  if (report->second.state == JobState::running && !running_since_) running_since_ = clock_.now();
  if (report->second.state != JobState::pending || !running_since_) return false;
  running_since_.reset();
  if (const auto former = published()) stale_epoch_ = former->epoch;
  return true;
}

std::optional<JobReport> ServerJob::end(const std::map<JobId, JobReport>& reports) {
  const auto report = reports.find(job_);
  if (report == reports.end() || !has_ended(report->second.state)) return std::nullopt;
  auto end = report->second;
  if (end.exit_code == relieved_exit_code) end.reason = "it made room for its successor";
  record({.event = JournalEvent::ended,
          .name = request_.name,
          .job = job_,
          .reason = end.reason,
          .ok = end.state == JobState::done || end.exit_code == relieved_exit_code});
  WEIR_FAILPOINT("launcher.after_server_end");
  return end;
}

std::optional<wire::EndpointFile> ServerJob::endpoint() const {
  auto file = published();
  const bool stale = file && stale_epoch_ && file->epoch <= *stale_epoch_;
  if (stale && !WEIR_BUG("stale_endpoint_used")) return std::nullopt;
  return file;
}

std::optional<wire::EndpointFile> ServerJob::published() const {
  if (!files_.exists(directory_.endpoint())) return std::nullopt;
  return wire::read_endpoint_file(files_, directory_.endpoint());
}

/// A server that runs is not given up because a full disk keeps it out of the journal.
void ServerJob::record(const JournalEntry& entry) {
  try {
    journal_.write(entry);
  } catch (const Error& error) {
    note_(NoteLevel::warning, error.what());
  }
}

}  // namespace weir

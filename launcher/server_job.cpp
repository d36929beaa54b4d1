#include "launcher/server_job.h"

#include <utility>

#include "launcher/jobs.h"
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
  started_ = clock_.now();
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
  started_ = clock_.now();
  job_ = job;
  note_(NoteLevel::info, "the server runs on as job " + job_);
}

std::optional<JobReport> ServerJob::end(const std::map<JobId, JobReport>& reports) {
  const auto report = reports.find(job_);
  if (report == reports.end() || !has_ended(report->second.state)) return std::nullopt;
  record({.event = JournalEvent::ended,
          .name = request_.name,
          .job = job_,
          .reason = report->second.reason,
          .ok = report->second.state == JobState::done});
  WEIR_FAILPOINT("launcher.after_server_end");
  return report->second;
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

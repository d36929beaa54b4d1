#pragma once
// The server's job over its incarnations: submitted, found again, and known by its endpoint file.

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "launcher/records/journal.h"
#include "launcher/run/note.h"
#include "launcher/schedulers/scheduler.h"
#include "src/core/clock.h"
#include "src/core/file_system.h"
#include "src/core/study_directory.h"
#include "src/wire/endpoint_file.h"

namespace weir {

/// One incarnation at a time. Used by one thread. The references outlive it.
class ServerJob {
 public:
  /// `request`: the first incarnation's job; a later one has --resume added.
  ServerJob(StudyDirectory directory, JobRequest request, Scheduler& scheduler, FileSystem& files,
            const Clock& clock, Journal& journal, Note note);

  /// Submits an incarnation. `resume`: of a server that was there before; the summary that this one
  /// may have left is removed. Error{environment} as of Scheduler::submit and the journal.
  void start(bool resume);
  /// Goes on with one that an earlier launcher submitted.
  void adopt(const JobId& job);

  /// What the scheduler says: since when it runs, and whether it waits again, because the batch
  /// system runs it anew. True: it does.
  bool requeued(const std::map<JobId, JobReport>& reports);
  /// How it ended; nothing while it runs.
  std::optional<JobReport> end(const std::map<JobId, JobReport>& reports);
  void cancel() { scheduler_.cancel(job_); }
  void kill() { scheduler_.kill(job_); }

  /// What this incarnation has published, nothing before; never what a former one left behind.
  /// Error{environment} as of read_endpoint_file.
  std::optional<wire::EndpointFile> endpoint() const;
  /// When it was first seen running; nothing while it waits in a queue.
  std::optional<Time> running_since() const { return running_since_; }

 private:
  std::optional<wire::EndpointFile> published() const;
  void record(const JournalEntry& entry);

  const StudyDirectory directory_;
  const JobRequest request_;
  Scheduler& scheduler_;
  FileSystem& files_;
  const Clock& clock_;
  Journal& journal_;
  Note note_;
  JobId job_;
  std::optional<Time> running_since_;
  std::optional<std::uint64_t>
      stale_epoch_;  ///< of the file that was there before this incarnation
};

}  // namespace weir

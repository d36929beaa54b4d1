#pragma once
// How a study ended, for the user and the shell.

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "launcher/records/journal.h"
#include "launcher/records/snapshot.h"
#include "launcher/run/study_run.h"
#include "src/core/file_system.h"
#include "src/core/study_directory.h"

namespace weir {

/// What summary.json says first.
struct SummaryHead {
  std::string status;  ///< done | stopped | failed
  std::string reason;
};

/// Nothing when there is no summary. Error{input} when it is damaged.
std::optional<SummaryHead> read_summary(FileSystem& files, const StudyDirectory& directory);

/// Whether the study is done: there is nothing to go on with. A damaged summary says nothing.
bool is_done(FileSystem& files, const StudyDirectory& directory);

/// Whether the study has a result, done or stopped, whatever became of the server afterwards. A
/// damaged summary is none.
bool has_result(FileSystem& files, const StudyDirectory& directory);

struct Outcome {
  int exit_code = 0;
  std::string text;  ///< one sentence
};

/// From the server's summary, or, without one, from the end of its job. `log_line`: the server's
/// last message; may be empty.
Outcome decide_outcome(const std::optional<SummaryHead>& summary, const ServerEnd& server,
                       const std::string& log_line, const StudyDirectory& directory);

/// Writes the summary that a server which died could not write, with what the launcher knows.
void write_failure_summary(FileSystem& files, const StudyDirectory& directory, const Snapshot& last,
                           const std::string& reason);

/// Adds "failed_jobs" to the summary, where there is one: every job that the journal says failed,
/// was cancelled by somebody else, got lost or was replaced by the server's judgement, in order,
/// and why; at most 1000 of them, the last ones. A damaged summary stays as it is.
/// Error{environment}: it cannot be written.
void add_failed_jobs(FileSystem& files, const StudyDirectory& directory,
                     const std::vector<JournalEntry>& journal);

}  // namespace weir

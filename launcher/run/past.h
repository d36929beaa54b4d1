#pragma once
// What an earlier launcher of the study did, by its journal.

#include <string>
#include <vector>

#include "launcher/records/journal.h"
#include "launcher/run/jobs.h"
#include "launcher/schedulers/scheduler.h"
#include "src/core/study_directory.h"
#include "src/study/study.h"

namespace weir {

/// An attempt that the earlier launcher meant to submit.
struct PastAttempt {
  AttemptId id;
  bool submitted = false;  ///< it said that it did, or died before it could say so
  bool ended = false;      ///< … that it saw its end
  bool ok = false;         ///< … with exit code 0, or nobody saw how
  bool well = false;       ///< … with exit code 0
  std::string reason;      ///< … how
  JobId job;               ///< of the job that lives; empty: none does
};

/// Ordered by simulation and attempt. Other jobs of the journal, the server's, are left out. An
/// attempt of which only the intent is known counts as submitted when it has a log.
std::vector<PastAttempt> past_attempts(const Study& study, const StudyDirectory& directory,
                                       const std::vector<JournalEntry>& journal);

/// Fills in which of them live, and returns the job of a server that does, empty when there is
/// none. One question to the scheduler. Error{environment} as of Scheduler.
JobId find_past_jobs(const Study& study, Scheduler& scheduler, std::vector<PastAttempt>& attempts);

}  // namespace weir

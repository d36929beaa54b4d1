#pragma once
// The jobs of a study and when they ran, out of the launcher's journal.

#include <string>
#include <vector>

#include "launcher/records/journal.h"

namespace weir {

enum class JobEnd { ok, failed, withdrawn, running };

struct JobRecord {
  std::string name;
  bool server = false;
  double from = 0,
         to = 0;  ///< seconds since 1970; `to` of one that runs: the latest of the journal
  JobEnd end = JobEnd::running;
  std::string reason;
};

/// One for each time that a job was submitted, in order. Error{input}: the journal says no times,
/// as that of an earlier weir.
std::vector<JobRecord> jobs_of(const std::vector<JournalEntry>& journal);

}  // namespace weir

#include "launcher/report/job_record.h"

#include <algorithm>
#include <map>

#include "src/core/error.h"

namespace weir {
namespace {

JobEnd end_of(const JournalEntry& entry) {
  if (entry.ok) return JobEnd::ok;
  return entry.withdrawn ? JobEnd::withdrawn : JobEnd::failed;
}

}  // namespace

std::vector<JobRecord> jobs_of(const std::vector<JournalEntry>& journal) {
  std::vector<JobRecord> jobs;
  std::map<std::string, std::size_t> latest;
  double last = 0;
  for (const auto& entry : journal) {
    if (!entry.time) continue;
    last = std::max(last, *entry.time);
    const auto known = latest.find(entry.name);
    if (entry.event == JournalEvent::intent) {
      latest[entry.name] = jobs.size();
      jobs.push_back({.name = entry.name,
                      .server = entry.name.ends_with(".server"),
                      .from = *entry.time,
                      .to = *entry.time,
                      .end = JobEnd::running,
                      .reason = {}});
    } else if (entry.event == JournalEvent::ended && known != latest.end()) {
      auto& job = jobs[known->second];
      job.to = *entry.time;
      job.end = end_of(entry);
      job.reason = entry.reason;
    }
  }
  if (jobs.empty() && !journal.empty())
    throw Error(ErrorKind::input, "the launcher's journal says no times: an earlier weir wrote it");
  for (auto& job : jobs)
    if (job.end == JobEnd::running) job.to = last;
  return jobs;
}

}  // namespace weir

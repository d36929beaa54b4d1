#include "launcher/run/past.h"

#include <filesystem>
#include <map>

namespace weir {
namespace {

void apply(const JournalEntry& entry, PastAttempt& attempt) {
  switch (entry.event) {
    case JournalEvent::intent:
      break;
    case JournalEvent::submitted:
      attempt.submitted = true;
      break;
    case JournalEvent::ended:
      attempt.ended = true;
      attempt.ok = entry.ok;
      attempt.well = entry.ok && !entry.unseen;
      attempt.reason = entry.reason;
      break;
  }
}

}  // namespace

std::vector<PastAttempt> past_attempts(const Study& study, const StudyDirectory& directory,
                                       const std::vector<JournalEntry>& journal) {
  std::map<AttemptId, PastAttempt> attempts;
  for (const auto& entry : journal) {
    const auto id = attempt_of_job(study, entry.name);
    if (!id) continue;
    auto& attempt = attempts[*id];
    attempt.id = *id;
    apply(entry, attempt);
  }
  std::vector<PastAttempt> result;
  for (auto& [id, attempt] : attempts) {
    // Its log is made before the job is: without one, no job was.
    attempt.submitted |= std::filesystem::exists(directory.simulation_log(id.sim, id.attempt));
    result.push_back(std::move(attempt));
  }
  return result;
}

JobId find_past_jobs(const Study& study, Scheduler& scheduler, std::vector<PastAttempt>& attempts) {
  std::vector<std::string> names = {server_job_name(study)};
  for (const auto& attempt : attempts)
    if (!attempt.ended) names.push_back(simulation_job_name(study, attempt.id));
  const auto jobs = scheduler.find(names);
  const auto job_of = [&](const std::string& name) {
    const auto job = jobs.find(name);
    return job == jobs.end() ? JobId() : job->second;
  };
  for (auto& attempt : attempts) attempt.job = job_of(simulation_job_name(study, attempt.id));
  return job_of(server_job_name(study));
}

}  // namespace weir

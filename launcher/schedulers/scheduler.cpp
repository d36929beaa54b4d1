#include "launcher/schedulers/scheduler.h"

#include "src/core/error.h"

namespace weir {

std::vector<Submission> Scheduler::submit_all(const std::vector<JobRequest>& requests) {
  std::vector<Submission> results;
  for (const auto& request : requests) {
    try {
      results.push_back({.job = submit(request), .refusal = ""});
    } catch (const Error& error) {
      results.push_back({.job = "", .refusal = error.what()});
    }
  }
  return results;
}

}  // namespace weir

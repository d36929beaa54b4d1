#include "launcher/schedulers/scheduler.h"

#include <signal.h>

#include "src/core/error.h"

namespace weir {

JobReport report_of(const ProcessEnd& end) {
  const bool told = end.signal == 0 && end.exit_code > 128 && end.exit_code <= 128 + SIGRTMAX;
  const ProcessEnd meant = told ? ProcessEnd{.exit_code = 0, .signal = end.exit_code - 128} : end;
  return {.state = end.ok() ? JobState::done : JobState::failed,
          .reason = meant.describe(),
          .exit_code = end.signal == 0 ? std::optional(end.exit_code) : std::nullopt,
          .cause = end.ok()            ? JobCause::none
                   : meant.signal == 0 ? JobCause::exit_code
                                       : JobCause::signal};
}

const JobResources& resources_of(const LauncherSettings& launcher, JobRole role) {
  return role == JobRole::server ? launcher.server : launcher.clients;
}

void check_options(const LauncherSettings& launcher,
                   std::optional<std::string> (*unfit)(const std::string& option)) {
  for (const auto role : {JobRole::server, JobRole::simulation}) {
    const auto& options = resources_of(launcher, role).options;
    const std::string place = role == JobRole::server ? "/launcher/server" : "/launcher/clients";
    for (std::size_t k = 0; k < options.size(); ++k)
      if (const auto why = unfit(options[k]))
        throw Error(ErrorKind::input,
                    place + "/options/" + std::to_string(k) + ": '" + options[k] + "' " + *why);
  }
}

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

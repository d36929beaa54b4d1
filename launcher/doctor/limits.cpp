// What the system lets a process of the study have open.

#include "launcher/doctor/case.h"

namespace weir {

/// A server rank holds a connection for each simulation that runs, and keeps half of its files for
/// other things.
void examine_limits(const Case& subject, Findings& findings) {
  constexpr std::size_t own = 64;
  const auto limit = subject.machine().file_limit();
  const auto jobs = subject.runs_simulations() ? subject.study.launcher.jobs : 0;
  const auto need = own + 2 * jobs;
  const std::string text = std::to_string(limit) + " files and connections, of " +
                           std::to_string(need) + " for " + std::to_string(jobs) +
                           " simulations at a time";
  if (need <= limit) return findings.push_back(ok("open files", text));
  findings.push_back(wrong_environment(
      "open files", text +
                        "; raise the hard limit (ulimit -Hn, /etc/security/limits.conf), or "
                        "lower launcher.jobs to " +
                        std::to_string(limit > own + 2 ? (limit - own) / 2 : 1)));
}

}  // namespace weir

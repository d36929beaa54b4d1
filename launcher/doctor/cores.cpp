// Whether ranks and threads have cores of their own.

#include <charconv>

#include "launcher/doctor/case.h"

namespace weir {
namespace {

std::string text(std::size_t number) { return std::to_string(number); }

/// OMP_NUM_THREADS of the solvers; 1 where the study does not set it.
std::size_t solver_threads(const Study& study) {
  const auto found = study.simulation.environment.find("OMP_NUM_THREADS");
  std::size_t threads = 1;
  if (found != study.simulation.environment.end())
    std::from_chars(found->second.data(), found->second.data() + found->second.size(), threads);
  return threads > 0 ? threads : 1;
}

Finding check_machine(const Case& subject) {
  const auto& study = subject.study;
  const auto server = study.server.ranks * study.server.threads;
  const auto simulations =
      subject.runs_simulations()
          ? study.launcher.jobs * study.simulation.ranks * solver_threads(study)
          : 0;
  const auto here = subject.machine().cores();
  const std::string needs = "server " + text(server) + ", simulations " + text(simulations) +
                            " at a time, here " + text(here);
  if (server + simulations <= here) return ok("cores", needs);
  return warning("cores", needs + "; they will share cores, fewer launcher.jobs may be faster");
}

/// A rank is bound to the cores of its job: further threads share them.
void check_rank(const std::string& key, std::size_t threads, const std::string& threads_key,
                std::size_t cores, Findings& findings) {
  if (threads > cores)
    findings.push_back(warning(key, text(cores) + " cores for a rank of " + text(threads) +
                                        " threads (" + threads_key +
                                        "), which will share them; set it to " + text(threads)));
  else if (threads < cores && threads_key == "server.threads")
    findings.push_back(warning(key, text(cores) + " cores for a rank of " + text(threads) +
                                        " threads; set " + threads_key + " to " + text(cores) +
                                        " to use them"));
  else
    findings.push_back(ok(key, text(cores) + " for each rank"));
}

}  // namespace

void examine_cores(const Case& subject, Findings& findings) {
  const auto& study = subject.study;
  if (!subject.batch()) return findings.push_back(check_machine(subject));
  check_rank("launcher.server.cores_per_rank", study.server.threads, "server.threads",
             study.launcher.server.cores_per_rank, findings);
  if (subject.runs_simulations())
    check_rank("launcher.clients.cores_per_rank", solver_threads(study),
               "OMP_NUM_THREADS in simulation.environment", study.launcher.clients.cores_per_rank,
               findings);
}

}  // namespace weir

#include "launcher/schedulers/launch_command.h"

#include <unistd.h>

namespace weir {
namespace {

std::vector<std::string> srun_words(const JobRequest& request, const SrunOptions& options) {
  // One dead rank ends the step: the others would wait for it until the time limit.
  std::vector<std::string> words = {"srun", "--ntasks=" + std::to_string(request.ranks),
                                    "--cpus-per-task=" + std::to_string(options.cores_per_rank),
                                    "--kill-on-bad-exit=1"};
  if (!options.mpi.empty()) words.push_back("--mpi=" + options.mpi);
  words.push_back("--");
  return words;
}

std::vector<std::string> starter(const JobRequest& request, const SrunOptions& options) {
  switch (request.launch) {
    case Launch::direct:
      return {};
    case Launch::srun:
      return srun_words(request, options);
    case Launch::automatic:
      if (request.ranks == 1) return {};
      break;
    case Launch::mpirun:
      break;
  }
  return {"mpirun", "-n", std::to_string(request.ranks), "--bind-to", "none"};
}

}  // namespace

std::vector<std::string> launch_command(const JobRequest& request, const SrunOptions& srun) {
  auto words = starter(request, srun);
  words.insert(words.end(), request.command.begin(), request.command.end());
  return words;
}

std::map<std::string, std::string> launch_environment(const JobRequest& request) {
  auto environment = request.environment;
  if (geteuid() == 0) {  // Open MPI refuses that unless it is told twice
    environment.emplace("OMPI_ALLOW_RUN_AS_ROOT", "1");
    environment.emplace("OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1");
  }
  return environment;
}

}  // namespace weir

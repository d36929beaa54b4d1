#include "launcher/schedulers/launch_command.h"

#include <algorithm>

#include <unistd.h>

#include "launcher/schedulers/batch_script.h"

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

std::vector<std::string> sheltered(const std::vector<std::string>& command) {
  if (std::find(command.begin(), command.end(), ":") == command.end()) return command;
  std::vector<std::string> words = {job_program().string(), "--exec"};
  for (const auto& word : command) words.push_back("=" + word);
  return words;
}

std::vector<std::string> unsheltered(const std::vector<std::string>& arguments) {
  std::vector<std::string> command;
  for (const auto& word : arguments)
    command.push_back(word.substr(std::min<std::size_t>(1, word.size())));
  return command;
}

std::vector<std::string> launch_command(const JobRequest& request, const SrunOptions& srun) {
  auto words = starter(request, srun);
  if (words.empty()) return request.command;
  const auto program = sheltered(request.command);
  words.insert(words.end(), program.begin(), program.end());
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

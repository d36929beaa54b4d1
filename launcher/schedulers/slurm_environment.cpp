#include "launcher/schedulers/slurm_environment.h"

#include <algorithm>
#include <array>
#include <string_view>

#include <unistd.h>

namespace weir {
namespace {

// Set for the processes of an allocation and of its steps.
constexpr std::array<std::string_view, 6> of_an_allocation = {"SLURM_", "SLURMD_", "SRUN_DEBUG",
                                                              "PMI_",   "PMIX_",   "OMPI_COMM_"};
constexpr std::array<std::string_view, 6> of_the_cluster = {
    "SLURM_CONF", "SLURM_CONF_SERVER",     "SLURM_CLUSTERS",
    "SLURM_JWT",  "SLURM_WORKING_CLUSTER", "SLURM_TIME_FORMAT"};
// How weir submits, lists and cancels; options of the command line, where there are, would win.
constexpr std::array<std::string_view, 7> of_commands = {
    "SQUEUE_",      "SCANCEL_",     "SACCT_",     "SBATCH_ARRAY_INX",
    "SBATCH_ERROR", "SBATCH_INPUT", "SBATCH_WAIT"};

template <std::size_t n>
bool begins_as(const std::string& name, const std::array<std::string_view, n>& prefixes) {
  return std::any_of(prefixes.begin(), prefixes.end(),
                     [&](std::string_view prefix) { return name.starts_with(prefix); });
}

bool is_job_id(const std::string& name) { return name == "SLURM_JOB_ID" || name == "SLURM_JOBID"; }

std::vector<std::string> own_variables() {
  std::vector<std::string> names;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    names.emplace_back(text.substr(0, text.find('=')));
  }
  return names;
}

}  // namespace

std::vector<std::string> unwanted_variables(const std::vector<std::string>& names) {
  const bool inside = std::any_of(names.begin(), names.end(), is_job_id);
  std::vector<std::string> unwanted;
  for (const auto& name : names) {
    const bool cluster =
        std::find(of_the_cluster.begin(), of_the_cluster.end(), name) != of_the_cluster.end();
    if (begins_as(name, of_commands) || (inside && !cluster && begins_as(name, of_an_allocation)))
      unwanted.push_back(name);
  }
  return unwanted;
}

CommandResult OutsideAllocation::run(const std::vector<std::string>& command, Duration deadline,
                                     const std::vector<std::string>& without) {
  auto all = unwanted_variables(own_variables());
  all.insert(all.end(), without.begin(), without.end());
  return inner_.run(command, deadline, all);
}

}  // namespace weir

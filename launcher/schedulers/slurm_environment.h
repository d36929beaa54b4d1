#pragma once
// What a launcher hands down to Slurm's commands: not what its own environment says of the
// allocation that it may sit in.

#include <string>
#include <vector>

#include "launcher/schedulers/command_runner.h"

namespace weir {

/// Those of the variables that sbatch, squeue and scancel must not get: of an allocation that we
/// are in all that Slurm and its PMI set there, for sbatch gives them to the job, whose srun obeys
/// them (SLURM_MEM_PER_CPU, SLURM_DISTRIBUTION, …); anywhere what would change how jobs are
/// submitted, listed and cancelled (SBATCH_WAIT, SQUEUE_PARTITION, SCANCEL_INTERACTIVE, …). Other
/// SBATCH_* are the user's wish, and what names the cluster stays.
std::vector<std::string> unwanted_variables(const std::vector<std::string>& names);

/// Runs commands without the unwanted ones of this process's variables. Used by one thread.
class OutsideAllocation final : public CommandRunner {
 public:
  /// `inner` outlives it.
  explicit OutsideAllocation(CommandRunner& inner) : inner_(inner) {}
  CommandResult run(const std::vector<std::string>& command, Duration deadline,
                    const std::vector<std::string>& without = {}) override;

 private:
  CommandRunner& inner_;
};

}  // namespace weir

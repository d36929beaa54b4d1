#pragma once
// The commands of Slurm as argument vectors, and what they print.

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "launcher/schedulers/scheduler.h"
#include "src/study/study.h"

namespace weir {

/// A submission. Each value becomes a part of one argument.
struct SbatchRequest {
  std::string name, comment;
  JobRole role = JobRole::simulation;
  std::size_t ranks = 1;
  std::size_t tasks = 0;  ///< of a job array; 0: a single job
  std::filesystem::path output, directory;
  double warning = 0;  ///< seconds before its time limit at which it gets SIGUSR1; 0: never
  std::vector<std::string> script;  ///< the script's path and its arguments
};

std::vector<std::string> sbatch_command(const SbatchRequest& request,
                                        const JobResources& resources);

/// The number that sbatch --parsable printed; nothing when it printed none.
std::optional<JobId> parse_job_number(const std::string& output);

/// Every job of this user that Slurm remembers, array tasks one by one.
std::vector<std::string> squeue_command();

/// One line of squeue_command's output.
struct QueueLine {
  JobId job;  ///< of an array task: JOB_TASK
  std::string state, exit_code, reason, comment, name;
  bool restarted = false;  ///< Slurm runs the job again
};

/// Lines that are none are left out.
std::vector<QueueLine> parse_queue(const std::string& output);

/// The task of an array that a JobId is of, and its array; nothing of a single job.
struct ArrayTask {
  std::string array;
  std::size_t task = 0;
};
std::optional<ArrayTask> array_task(const JobId& job);

std::vector<std::string> scancel_command(const std::vector<JobId>& jobs);

/// What Slurm's controller, then its accounting remembers of a job that squeue does not list.
std::vector<std::string> scontrol_command(const JobId& job);
std::vector<std::string> sacct_command(const JobId& job);
/// What they print; nothing when that says nothing of the job's state.
std::optional<JobReport> parse_scontrol(const std::string& output);
std::optional<JobReport> parse_sacct(const std::string& output);

/// Why `option` may not be passed to sbatch as it is; nothing when it may. It must be one argument
/// that begins with '-', and none that weir sets itself.
std::optional<std::string> unfit_option(const std::string& option);

}  // namespace weir

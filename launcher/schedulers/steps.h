#pragma once
// Steps of the Slurm job that the launcher runs in: each job is an srun that is a child of this
// process.

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "launcher/schedulers/command_runner.h"
#include "launcher/schedulers/local.h"
#include "launcher/schedulers/scheduler.h"
#include "src/core/clock.h"
#include "src/core/file_system.h"
#include "src/core/study_directory.h"
#include "src/study/study.h"

namespace weir {

/// A JobId is the number of the job's first process here, or, of a step that a launcher on another
/// node started, Slurm's number of the step ("12.3"). Its processes here are those of a
/// LocalScheduler; what a step has on other nodes ends with its srun, or by scancel. How a step of
/// another node's launcher ended is what weir-job wrote.
class StepsScheduler final : public Scheduler {
 public:
  /// For the study in `directory`, which is there. Writes the batch script and the set-up files.
  /// The references outlive it. Error{environment}: they cannot be written, or this is no Slurm
  /// job. Error{input}: an option of the study's is not to be passed on.
  StepsScheduler(const Study& study, const StudyDirectory& directory, CommandRunner& commands,
                 FileSystem& files, const Clock& clock);

  JobId submit(const JobRequest& request) override;
  std::map<std::string, JobId> find(const std::vector<std::string>& names) override;
  std::map<JobId, JobReport> poll() override;
  void cancel(const JobId& job) override;
  void kill(const JobId& job) override;
  std::vector<std::string> news() override { return {}; }
  std::string explain() const override;

 private:
  struct Far {
    std::string name;
    bool cancelled = false;
  };
  using Steps = std::map<std::string, std::string>;  ///< number by name

  std::optional<CommandResult> run(const std::vector<std::string>& command);
  std::optional<Steps> living_steps();
  void scancel(const std::string& step, const char* signal);
  void look_far();
  void end_stubborn();
  void kill_step(const JobId& id);
  JobReport end_of(const Far& job);

  const Study& study_;
  const StudyDirectory directory_;
  CommandRunner& commands_;
  FileSystem& files_;
  const Clock& clock_;
  const std::string allocation_;
  LocalScheduler local_;
  std::map<JobId, std::string> names_;  ///< of this process's jobs
  std::map<JobId, Time> kill_at_;       ///< of those cancelled
  std::map<JobId, Far> far_;
  std::map<JobId, JobReport> far_ends_;
  Time next_look_{};
};

/// The argument vector of a step: srun, its options, then the program. Under mpirun a step is one
/// task with room for all ranks.
std::vector<std::string> step_command(const JobRequest& request, const JobResources& resources);

}  // namespace weir

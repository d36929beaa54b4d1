#pragma once
// Handing jobs to Slurm: their files, one sbatch, and what its answer means.

#include <string>
#include <vector>

#include "launcher/schedulers/command_runner.h"
#include "launcher/schedulers/scheduler.h"
#include "launcher/schedulers/slurm_commands.h"
#include "launcher/schedulers/slurm_waves.h"
#include "src/core/file_system.h"
#include "src/core/study_directory.h"
#include "src/study/study.h"

namespace weir {

/// What sbatch said.
struct SbatchAnswer {
  enum class Kind {
    taken,
    refused,  ///< it will not be taken another time either
    later,    ///< not taken, for now
    unknown,  ///< nobody knows whether it was taken
  };
  Kind kind = Kind::unknown;
  std::vector<JobId> jobs;  ///< taken: one a request
  std::string text;         ///< else: why
};

/// The ids of `count` jobs that were submitted together as job `number`: itself, or an array's
/// tasks.
std::vector<JobId> job_ids(const JobId& number, std::size_t count);

/// What a result of sbatch means for `count` jobs.
SbatchAnswer sbatch_answer(const CommandResult& result, std::size_t count);

/// Several jobs become one array. Used by one thread.
class SlurmSubmitter {
 public:
  /// `mark`: the comment of all jobs. Error{input}: an option of the study's is not to be passed
  /// on. The references outlive it.
  SlurmSubmitter(const Study& study, StudyDirectory directory, std::string mark, SlurmWaves& waves,
                 CommandRunner& commands, FileSystem& files);

  /// Not empty, of one role. Error{input}: a value cannot be passed on. Error{environment}: a file
  /// cannot be written, or there is no sbatch.
  SbatchAnswer submit(const std::vector<JobRequest>& requests);

 private:
  const JobResources& resources(JobRole role) const;
  void write_file(const JobRequest& request) const;
  std::string add_wave(const std::vector<JobRequest>& requests);
  SbatchRequest sbatch_request(const std::vector<JobRequest>& requests);

  const Study& study_;
  const StudyDirectory directory_;
  const std::string mark_;
  SlurmWaves& waves_;
  CommandRunner& commands_;
  FileSystem& files_;
};

}  // namespace weir

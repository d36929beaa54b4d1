#pragma once
// The job arrays of a study, and the files on disk that say which task is which job.

#include <map>
#include <set>
#include <string>
#include <vector>

#include "launcher/schedulers/slurm_commands.h"
#include "src/core/file_system.h"
#include "src/core/study_directory.h"

namespace weir {

/// A wave is called JOB.wave.N, after its first job; so is its array. Its file,
/// D/run/jobs/WAVE.json, is there until the last of its jobs has ended; of the outputs
/// WAVE.out.TASK beside it those stay that somebody wrote into. Used by one thread.
class SlurmWaves {
 public:
  /// `files` outlives it.
  SlurmWaves(StudyDirectory directory, FileSystem& files);

  /// Writes the file of a new wave, whose name is returned. `jobs`: not empty, by task. Errors as
  /// of write_wave_file.
  std::string add(const std::vector<std::string>& jobs);
  /// It did not become an array.
  void drop(const std::string& wave);
  /// The job that a line of squeue is of: its own name, or that of the array's task; empty when the
  /// wave's file is gone.
  std::string job_name(const QueueLine& line);
  /// A job has ended, of whichever wave.
  void ended(const std::string& job);
  /// No other jobs than these live: removes the files of waves, also of an earlier launcher's, that
  /// have none of them.
  void keep(const std::set<std::string>& living);

 private:
  struct Wave {
    std::vector<std::string> jobs;  ///< by task
    std::set<std::string> open;     ///< that have not ended
  };

  static std::size_t task_of(const Wave& wave, const std::string& job);
  void remove_file(const std::string& name);

  const StudyDirectory directory_;
  FileSystem& files_;
  std::map<std::string, Wave> waves_;
};

}  // namespace weir

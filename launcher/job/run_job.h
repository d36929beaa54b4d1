#pragma once
// What weir-job does on the node of a batch job: one job file in, its program run to the end.

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "launcher/schedulers/scheduler.h"
#include "src/core/file_system.h"

namespace weir {

/// What the batch system says of the job that we are in.
struct JobPlace {
  std::string id;                   ///< for people; empty: unknown
  std::optional<std::size_t> task;  ///< of a job array
  bool restarted = false;           ///< the batch system runs the job again
};

/// From the environment of a Slurm or OAR job.
JobPlace job_place();

/// The job that `path` stands for: itself, or of a wave the one of this task. Error{input}: no job
/// file, or no such task. Error{environment}: `path` is not there.
std::filesystem::path job_of_task(FileSystem& files, const std::filesystem::path& path,
                                  const JobPlace& place);

/// What is run: a simulation's attempt once only, for its number fences what ran before; a server
/// that the batch system runs again goes on from its newest checkpoint. Error{environment}: this
/// attempt was started before (the claim says by which job), or its job file was removed meanwhile.
JobRequest admitted(FileSystem& files, JobRequest request, const std::filesystem::path& job_file,
                    const JobPlace& place);

/// Becomes the program; returns only when it cannot be started: Error{environment}. Error{input}:
/// there is none.
[[noreturn]] void become(const std::vector<std::string>& command);

/// Runs it: log, directory, environment and ranks as asked. SIGTERM, SIGINT, SIGHUP, SIGUSR1 and
/// SIGUSR2 of this process are passed on. Returns its exit code, 128 + signal where a signal ended
/// it, after `D/run/jobs/NAME.end` was written. Errors as of read_job_file and Process::spawn;
/// Error{environment}: `path` or the task's job file is not there, as of a job that has ended.
int run_job(FileSystem& files, const std::filesystem::path& path);

}  // namespace weir

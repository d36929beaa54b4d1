#pragma once
// A job on disk, for the node that runs it: D/run/jobs/NAME.json. What a batch system's command or
// script gets to see is this file's path, never a value of the study.

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "launcher/schedulers/scheduler.h"
#include "src/core/file_system.h"
#include "src/core/process.h"
#include "src/core/study_directory.h"

namespace weir {

/// Where the file of a job of this name lies. A name is of letters, digits, '_', '-' and '.'.
/// Error{input}: it is not.
std::filesystem::path job_file_path(const StudyDirectory& directory, const std::string& name);

/// Replaces the file at once, mode 0600, its folder made where it is not there; the end that an
/// earlier job of this name left beside it is removed. Error{environment}: it cannot be written.
/// Error{input}: a value has a zero byte or is no UTF-8, which no argument and no file can carry.
void write_job_file(FileSystem& files, const std::filesystem::path& path,
                    const JobRequest& request);

/// Error{environment}: it cannot be read. Error{input}: it is no job file.
JobRequest read_job_file(FileSystem& files, const std::filesystem::path& path);

/// Where the job writes, as its file says; empty: there is no such file, or it is damaged.
std::filesystem::path job_log(FileSystem& files, const std::filesystem::path& path);

/// Several jobs that were submitted as one array: task k runs the k-th file. Replaces `path`.
/// Errors as of write_job_file.
void write_wave_file(FileSystem& files, const std::filesystem::path& path,
                     const std::vector<std::string>& names);

/// The jobs' names in the order of the tasks; nothing when the file is that of a single job. Errors
/// as of read_job_file.
std::optional<std::vector<std::string>> read_wave_file(FileSystem& files,
                                                       const std::filesystem::path& path);

/// How the program of a job ended, written by weir-job when it has: NAME.end beside the job file.
/// Error{environment}: it cannot be written.
void write_job_end(FileSystem& files, const std::filesystem::path& job_file, const ProcessEnd& end,
                   bool out_of_memory = false);

/// Nothing when the job has not ended, was killed together with weir-job, or the file is damaged or
/// cannot be read.
std::optional<JobReport> read_job_end(FileSystem& files, const std::filesystem::path& job_file);

/// `report`, or what weir-job wrote where that knows more: of a job whose end nobody saw, and of a
/// failure that is more than an exit code.
JobReport explained(FileSystem& files, const std::filesystem::path& job_file, JobReport report);

/// What weir-job makes when it starts a simulation, so that an attempt runs once at most.
std::filesystem::path job_claim_path(const std::filesystem::path& job_file);

/// Removes the file of a job and what lies beside it, the file first: without it weir-job starts
/// nothing, whenever and wherever the batch system starts that. Error{environment}: it cannot be
/// removed.
void remove_job_files(FileSystem& files, const std::filesystem::path& job_file);

}  // namespace weir

#pragma once
// A job on disk, for the node that runs it: D/run/jobs/NAME.json. What a batch system's command or
// script gets to see is this file's path, never a value of the study.

#include <filesystem>
#include <string>

#include "launcher/schedulers/scheduler.h"
#include "src/core/file_system.h"
#include "src/core/study_directory.h"

namespace weir {

/// Where the file of a job of this name lies. A name is of letters, digits, '_', '-' and '.'.
std::filesystem::path job_file_path(const StudyDirectory& directory, const std::string& name);

/// Replaces the file at once, mode 0600, its folder made where it is not there.
/// Error{environment}: it cannot be written.
void write_job_file(FileSystem& files, const std::filesystem::path& path,
                    const JobRequest& request);

/// Error{environment}: it cannot be read. Error{input}: it is no job file.
JobRequest read_job_file(FileSystem& files, const std::filesystem::path& path);

}  // namespace weir

#pragma once
// The shell text of a batch job: a constant script, and the user's set-up lines in a file of their
// own. No other value of a study is part of it.

#include <filesystem>
#include <string>

#include "launcher/schedulers/scheduler.h"
#include "src/core/file_system.h"
#include "src/core/study_directory.h"
#include "src/study/study.h"

namespace weir {

/// Where the set-up of jobs of this role lies.
std::filesystem::path setup_path(const StudyDirectory& directory, JobRole role);

/// What it holds: modules loaded in order (a job without one of them ends with exit code 3), then
/// the user's lines as they are.
std::string setup_text(const JobResources& resources);

/// Where the script lies, and what it holds: `job.sh SETUP PROGRAM FILE` sources SETUP, and becomes
/// PROGRAM FILE.
std::filesystem::path batch_script_path(const StudyDirectory& directory);
std::string batch_script_text();

/// Replaces the script and both set-up files. Error{environment}: they cannot be written.
void write_batch_scripts(FileSystem& files, const StudyDirectory& directory,
                         const LauncherSettings& launcher);

/// weir-job, beside the program that runs now (whether it is there or not).
std::filesystem::path job_program();

}  // namespace weir

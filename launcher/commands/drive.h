#pragma once
// Driving a run of a study in a real process: terminal, log file, status file, signals.

#include <filesystem>

#include "launcher/outcome.h"
#include "src/core/study_directory.h"
#include "src/study/study.h"

namespace weir {

/// Prints the findings that are not ok (all of them with `verbose`); returns their exit code.
int print_findings(const Study& study, const std::filesystem::path& output,
                   const std::filesystem::path& record, bool verbose);

/// Runs the study that lies in `directory` until it ends, however. `record` as of server_job.
Outcome drive_study(const Study& study, const StudyDirectory& directory,
                    const std::filesystem::path& record);

/// The outcome's sentence to the right stream; returns its exit code.
int print_outcome(const Outcome& outcome);

}  // namespace weir

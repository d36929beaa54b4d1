#pragma once
// Driving a run of a study in a real process: terminal, log file, status file, signals.

#include <filesystem>

#include "launcher/run/outcome.h"
#include "src/core/study_directory.h"
#include "src/study/study.h"

namespace weir {

struct DriveOptions {
  std::filesystem::path record{};  ///< as of server_job
  bool resume = false;             ///< go on with what an earlier launcher began
};

/// Runs the study that lies in `directory` until it ends, however. Error{environment}: another
/// launcher does.
Outcome drive_study(const Study& study, const StudyDirectory& directory,
                    const DriveOptions& options);

/// The outcome's sentence to the right stream; returns its exit code.
int print_outcome(const Outcome& outcome);

}  // namespace weir

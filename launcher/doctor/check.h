#pragma once
// Whether a study can run here: what is looked at before anything is queued.

#include <filesystem>
#include <string>

#include "launcher/doctor/finding.h"
#include "launcher/doctor/machine.h"
#include "launcher/schedulers/command_runner.h"
#include "src/study/study.h"

namespace weir {

/// What is checked besides the study.
struct CheckContext {
  const Machine& machine;
  std::filesystem::path server;  ///< weir-server
  std::filesystem::path output;  ///< study directory
  std::filesystem::path record;  ///< data set to be recorded instead of training; empty: training
  CommandRunner* commands =
      nullptr;                   ///< asks the batch system and mpirun; none: they are not asked
  const Clock* clock = nullptr;  ///< that commands are given up by; none: the system's
};

/// Every finding, in the order of the study file, then of the place. Study files that load_study
/// accepts only. A command that does not answer within 20 s is a finding, and all of them take a
/// minute at most; nothing is started, written or submitted, but for files that are gone at
/// once and tell the clock and the locks of the study directory.
Findings check_study(const Study& study, const CheckContext& context);

/// 0 without errors; else 2 when one of them is the study's, 3 otherwise.
int exit_code_of(const Findings& findings);

/// "error    memory: …".
std::string line_of(const Finding& finding);

}  // namespace weir

#pragma once
// Whether a study can run here: what is looked at before anything is queued.

#include <filesystem>
#include <string>
#include <vector>

#include "launcher/machine.h"
#include "src/core/error.h"
#include "src/study/study.h"

namespace weir {

enum class Severity { ok, warning, error };

/// One thing that was looked at. `text` is one line; of an error or a warning it names the fix.
struct Finding {
  Severity severity = Severity::ok;
  std::string subject;  ///< "memory", "simulation", …
  std::string text;
  ErrorKind kind = ErrorKind::environment;  ///< of an error
};

/// What is checked besides the study.
struct CheckContext {
  const Machine& machine;
  std::filesystem::path server;  ///< weir-server
  std::filesystem::path output;  ///< study directory
  std::filesystem::path record;  ///< data set to be recorded instead of training; empty: training
};

/// Every finding, in the order of the study file. Study files that load_study accepts only.
std::vector<Finding> check_study(const Study& study, const CheckContext& context);

/// 0 without errors; else 2 when one of them is the study's, 3 otherwise.
int exit_code_of(const std::vector<Finding>& findings);

/// "error    memory: …".
std::string line_of(const Finding& finding);

}  // namespace weir

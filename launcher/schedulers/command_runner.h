#pragma once
// The seam to the commands of a batch system: an argument vector in, its output and exit code out.

#include <string>
#include <vector>

#include "src/core/clock.h"

namespace weir {

/// How a command ended. Its output is cut at 16 MiB.
struct CommandResult {
  int exit_code = 0;       ///< 128 + signal where a signal ended it
  bool timed_out = false;  ///< killed at the deadline, with everything it had started
  std::string out, err;

  bool ok() const { return exit_code == 0 && !timed_out; }
  /// "exit code 1: sbatch: error: invalid partition specified: x"; the last line that it wrote to
  /// the standard error.
  std::string describe() const;
};

/// Used by one thread.
class CommandRunner {
 public:
  virtual ~CommandRunner() = default;
  /// Waits for the end, `deadline` at most. No shell sees any of it. `without`: names of this
  /// process's variables that it does not get. Error{environment}: the program is not there.
  virtual CommandResult run(const std::vector<std::string>& command, Duration deadline,
                            const std::vector<std::string>& without = {}) = 0;
};

/// With real processes.
class ProcessCommandRunner final : public CommandRunner {
 public:
  CommandResult run(const std::vector<std::string>& command, Duration deadline,
                    const std::vector<std::string>& without = {}) override;
};

}  // namespace weir

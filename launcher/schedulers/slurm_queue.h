#pragma once
// Asking Slurm about jobs: seldom, with a deadline, at growing distances while it does not answer.

#include <optional>
#include <string>
#include <vector>

#include "launcher/schedulers/command_runner.h"
#include "launcher/schedulers/slurm_commands.h"
#include "src/core/clock.h"

namespace weir {

/// Used by one thread. A command that fails, hangs or is not there is no answer, never an error.
class SlurmQueue {
 public:
  /// `mark`: the comment of the jobs that are ours. The references outlive it.
  SlurmQueue(std::string mark, Duration every, CommandRunner& commands, const Clock& clock);

  bool due() const { return clock_.now() >= next_; }
  /// Our jobs, also those that ended a short while ago; nothing: no answer.
  std::optional<std::vector<QueueLine>> ask();
  /// What the controller or the accounting remembers of a job that ask() did not list; nothing:
  /// they do not know it, or do not answer.
  std::optional<JobReport> remembered(const JobId& job);
  /// False: no answer, to be sent again.
  bool scancel(const std::vector<JobId>& jobs);

  /// Whether the last question, or a command since then that hung, had no answer; and what the last
  /// one that failed said.
  bool silent() const { return silent_; }
  const std::string& failure() const { return failure_; }

 private:
  std::optional<CommandResult> run(const std::vector<std::string>& command);

  const std::string mark_;
  const Duration every_;
  CommandRunner& commands_;
  const Clock& clock_;
  Time next_;
  Duration distance_;
  bool silent_ = false;
  bool no_accounting_ = false;
  std::string failure_;
};

}  // namespace weir

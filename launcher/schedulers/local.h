#pragma once
// The scheduler of a single machine: jobs are child processes, under mpirun where they have ranks.

#include <map>
#include <string>
#include <vector>

#include "launcher/schedulers/scheduler.h"
#include "src/core/clock.h"
#include "src/core/process.h"

namespace weir {

/// A JobId is the child's process number. A cancelled job gets SIGTERM for its group and, `grace`
/// later, SIGKILL for all its descendants. Destruction kills and reaps what still runs; the death
/// of this process does not touch the children.
class LocalScheduler final : public Scheduler {
 public:
  explicit LocalScheduler(const Clock& clock, Duration grace = std::chrono::seconds(5))
      : clock_(clock), grace_(grace) {}

  /// Error{environment}: the program (or mpirun) cannot be started, or the log cannot be written.
  JobId submit(const JobRequest& request) override;
  std::map<JobId, JobReport> poll() override;
  void cancel(const JobId& job) override;
  void kill(const JobId& job) override;
  std::string explain() const override;

 private:
  struct Job {
    Process process;
    bool cancelled = false, killed = false;
    Time kill_at{};
  };
  JobReport report(Job& job);

  const Clock& clock_;
  Duration grace_;
  std::map<JobId, Job> jobs_;
};

/// The argument vector that `request` stands for on one machine: under mpirun, or as it is.
std::vector<std::string> local_command(const JobRequest& request);

}  // namespace weir

#pragma once
// The scheduler of a single machine: jobs are child processes, under mpirun where they have ranks.

#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "launcher/schedulers/scheduler.h"
#include "src/core/clock.h"
#include "src/core/process.h"
#include "src/core/process_table.h"

namespace weir {

/// A JobId is the number of the job's first process. Every process of a job carries a mark in its
/// environment, WEIR_JOB=STUDY:NAME, by which a later launcher finds it, and by which what mpirun
/// or a script left behind is killed. A cancelled job gets SIGTERM for its group and, `grace`
/// later, SIGKILL for all its processes. Destruction kills and reaps the children that still run,
/// and leaves found jobs alone; the death of this process touches none.
class LocalScheduler final : public Scheduler {
 public:
  /// `study`: the study directory, which is there; jobs of other studies may have the same names.
  LocalScheduler(const Clock& clock, const std::filesystem::path& study,
                 Duration grace = std::chrono::seconds(5));

  /// Error{environment}: the program (or mpirun) cannot be started, or the log cannot be written.
  JobId submit(const JobRequest& request) override;
  std::map<std::string, JobId> find(const std::vector<std::string>& names) override;
  /// How a found job ended is not known: lost.
  std::map<JobId, JobReport> poll() override;
  void cancel(const JobId& job) override;
  void kill(const JobId& job) override;
  std::string explain() const override;

 private:
  struct Job {
    std::string mark;
    std::optional<Process> child;  ///< of this process
    ProcessId found{};             ///< else
    bool cancelled = false, killed = false;
    Time kill_at{};
    std::optional<JobReport> end;  ///< of its first process; others may be left
    std::set<ProcessId> dying{};   ///< those, killed
  };

  std::string mark_of(const std::string& name) const { return study_ + ":" + name; }
  JobReport report(Job& job);
  static std::optional<JobReport> end_of(Job& job);
  static bool nothing_left(Job& job);
  static void kill_all(Job& job);
  static void kill_marked(Job& job);

  const Clock& clock_;
  std::string study_;
  Duration grace_;
  std::map<JobId, Job> jobs_;
};

/// The argument vector that `request` stands for on one machine: under mpirun, or as it is.
std::vector<std::string> local_command(const JobRequest& request);

}  // namespace weir

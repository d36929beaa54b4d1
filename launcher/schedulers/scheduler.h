#pragma once
// What the launcher needs of a batch system: submit, find, poll all in one command, cancel,
// explain.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "src/core/process.h"
#include "src/study/study.h"

namespace weir {

/// lost: it has ended, and nobody knows how.
enum class JobState { pending, running, done, failed, cancelled, lost };

/// What a job is for; it decides which resources of the study it asks for.
enum class JobRole { server, simulation };

/// Why a job ended, as far as the batch system tells.
enum class JobCause {
  none,  ///< it has not ended, ended well, or nobody knows
  exit_code,
  signal,
  time_limit,
  out_of_memory,
  node_failure,
  preempted,
  cancelled,  ///< by somebody else than this launcher
  never_ran,  ///< refused, or held back for ever, by the batch system
};

/// What to start. Argument vectors only: no shell sees any of it.
struct JobRequest {
  std::string name;  ///< carries study, sim and attempt, so that a job can be found again by name
  JobRole role = JobRole::simulation;
  std::vector<std::string> command;
  std::size_t ranks = 1;
  Launch launch = Launch::automatic;
  std::map<std::string, std::string> environment;  ///< added to the launcher's own
  std::filesystem::path log;                       ///< standard output and error
  std::filesystem::path directory;                 ///< working directory
};

using JobId = std::string;

struct JobReport {
  JobState state = JobState::pending;
  std::string reason;            ///< for people: "exit code 1", "killed by signal 9", "time limit"
  std::optional<int> exit_code;  ///< of a job that ended by itself, where the batch system tells it
  JobCause cause = JobCause::none;
};

/// What the end of its program says of a job. Shells, srun, mpirun and weir-job give 128 + signal
/// for a program that a signal has ended: the reason and the cause name the signal, the exit code
/// stays.
JobReport report_of(const ProcessEnd& end);

/// Whether a job in this state will never run again.
inline bool has_ended(JobState state) {
  return state != JobState::pending && state != JobState::running;
}

/// What a job of this role asks for.
const JobResources& resources_of(const LauncherSettings& launcher, JobRole role);

/// Error{input}: an option of the study's is not to be passed on, for what `unfit` says of it.
void check_options(const LauncherSettings& launcher,
                   std::optional<std::string> (*unfit)(const std::string& option));

/// What became of one of several requests.
struct Submission {
  JobId job;            ///< empty: refused
  std::string refusal;  ///< why
};

/// Used by one thread. Errors: Error{environment} when the batch system refuses the job, or is not
/// there. One that only does not answer for now is no error: the job is pending until it does.
class Scheduler {
 public:
  virtual ~Scheduler() = default;
  virtual JobId submit(const JobRequest& request) = 0;
  /// Several at once, as one job array where there are arrays; one answer a request, in their
  /// order. By default one by one. Throws nothing.
  virtual std::vector<Submission> submit_all(const std::vector<JobRequest>& requests);
  /// Those of these names whose jobs live, whoever submitted them: an earlier launcher of this
  /// study did. From now on they are jobs of this scheduler, as if it had submitted them.
  virtual std::map<std::string, JobId> find(const std::vector<std::string>& names) = 0;
  /// The state of every job of this scheduler that has not been reported as ended before. A job
  /// that failed or was ended has left no process behind when it is reported.
  virtual std::map<JobId, JobReport> poll() = 0;
  /// Asks for the end of a job, which poll() then reports as cancelled. A job that has ended
  /// already: nothing.
  virtual void cancel(const JobId& job) = 0;
  /// As cancel(), without giving the job time to end in order.
  virtual void kill(const JobId& job) = 0;
  /// What people should know and was not told before, such as a batch system that does not answer
  /// or a job that can never start. One sentence each.
  virtual std::vector<std::string> news() { return {}; }
  /// For "start": "clients-first": asks for the resources that simulations will run on; true once
  /// some are there. Asked again and again before anything is submitted.
  virtual bool clients_ready() { return true; }
  /// One sentence: what it is and what it can run ("local: children of this process, mpirun 4.1.4,
  /// 2 cores").
  virtual std::string explain() const = 0;
};

}  // namespace weir

#pragma once
// Pilots: jobs of another scheduler that run one simulation after another, for short simulations
// and long queues.

#include <cstdint>
#include <deque>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "launcher/schedulers/launch_command.h"
#include "launcher/schedulers/pool_pilot.h"
#include "launcher/schedulers/scheduler.h"
#include "src/core/clock.h"
#include "src/core/file_system.h"
#include "src/core/study_directory.h"
#include "src/study/study.h"

namespace weir {

struct PoolSettings {
  std::string prefix;                 ///< of pilots' names; a number follows
  std::filesystem::path program;      ///< weir-pilot
  std::size_t pilots = 1;             ///< at a time, at most
  std::size_t ranks = 1;              ///< of a simulation: what each pilot's job has room for
  double idle = 60;                   ///< seconds without a simulation after which a pilot ends
  double simulation_limit = 0;        ///< seconds an attempt may run; 0: not known
  double job_limit = 0;               ///< seconds a pilot's job may run; 0: not known
  double retry = 5;                   ///< seconds after which a refused pilot is submitted again
  std::optional<SrunOptions> srun{};  ///< of simulations; nothing: this is no Slurm
};

/// Of a study; `program` is the weir-pilot beside this program.
PoolSettings pool_settings(const Study& study);

/// Simulations run in pilots, and their JobId is their name; the server's job, and whatever else is
/// no simulation, is submitted to the base scheduler. As many pilots are submitted as simulations
/// want, `pilots` at most; one whose job has less time left than a simulation may take gets none
/// and ends. What a pilot ran when its job ended has ended, too, with that cause; what it had not
/// taken waits for another. Destruction lets the pilots end when they have nothing to run; they
/// outlive the death of this process, finish what they run, and wait `idle` seconds for a launcher.
class PoolScheduler : public Scheduler {
 public:
  /// `directory` is on a file system that the nodes share. The references outlive it.
  PoolScheduler(Scheduler& base, StudyDirectory directory, PoolSettings settings, FileSystem& files,
                const Clock& clock);
  ~PoolScheduler() override;
  PoolScheduler(const PoolScheduler&) = delete;
  PoolScheduler& operator=(const PoolScheduler&) = delete;

  /// Of a simulation: Error{environment}, its job file cannot be written.
  JobId submit(const JobRequest& request) override;
  std::map<std::string, JobId> find(const std::vector<std::string>& names) override;
  std::map<JobId, JobReport> poll() override;
  void cancel(const JobId& job) override;
  void kill(const JobId& job) override;
  std::vector<std::string> news() override;
  std::string explain() const override;
  bool clients_ready() override;

 private:
  struct Task {
    std::string pilot;  ///< it was given to; empty: it waits
    bool cancelled = false;
    std::optional<JobReport> end;
  };

  // A later launcher finds what is there.
  std::vector<std::string> former_pilots();
  void adopt(const std::string& pilot, const JobId& job, const std::vector<std::string>& names);

  // What the pilots' jobs do.
  void observe_jobs(std::map<JobId, JobReport>& reports);
  void observe(PoolPilot& pilot, const JobReport& report);
  void settle_lost();
  void settle(const PoolPilot& pilot, const JobReport& job);
  void take_back(const PoolPilot& pilot, const JobReport& end_with_pilot);
  void wait_again(const std::string& name);

  // What the pilots say.
  void look();
  void notice_end(const PoolPilot& pilot);
  void greet(PoolPilot& pilot);
  void enforce_answers();

  // What the pilots are to do.
  void dismiss();
  void assign();
  void staff();
  std::size_t wanted() const;
  std::size_t staying() const;
  void submit_pilot();
  JobRequest request_of(const std::string& pilot) const;
  std::filesystem::path log_of(const std::string& pilot) const;
  void was_fruitless(const std::string& reason);
  void fail_first(const std::string& reason);

  // The simulations.
  JobRequest as_started(JobRequest request) const;
  void end(const std::string& name, JobReport report);
  std::map<JobId, JobReport> take_reports();
  void withdraw(const JobId& job, TaskWish wish);

  Scheduler& base_;
  const PoolFolder folder_;
  const StudyDirectory directory_;
  const PoolSettings settings_;
  FileSystem& files_;
  const Clock& clock_;

  std::map<std::string, Task> tasks_;
  std::deque<std::string> waiting_;  ///< in the order in which they are to start
  std::map<std::string, PoolPilot> pilots_;
  std::map<std::string, JobReport> lost_;  ///< pilots whose jobs have ended
  std::uint64_t last_number_ = 0;          ///< of a pilot
  bool prepared_ = false;                  ///< pilots are wanted although nothing waits
  std::size_t fruitless_ = 0;              ///< pilots in a row that came to nothing
  Time look_at_{}, submit_at_{};
};

}  // namespace weir

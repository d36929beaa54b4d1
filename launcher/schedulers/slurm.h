#pragma once
// Slurm: a batch job for the server and one for each simulation, or an array for a wave of them.

#include <filesystem>
#include <list>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "launcher/schedulers/command_runner.h"
#include "launcher/schedulers/scheduler.h"
#include "launcher/schedulers/slurm_environment.h"
#include "launcher/schedulers/slurm_queue.h"
#include "launcher/schedulers/slurm_submit.h"
#include "launcher/schedulers/slurm_waves.h"
#include "src/core/clock.h"
#include "src/core/file_system.h"
#include "src/core/study_directory.h"
#include "src/study/study.h"

namespace weir {

/// A JobId is Slurm's number, "12", or "12_3" for the task of an array; while a submission is put
/// off, the job's name. The jobs of a study directory carry its mark in their comment, for other
/// studies may have the same names. One squeue asks about all of them, every launcher.poll seconds;
/// what it does not list is asked for in scontrol, sacct and what weir-job left, before it counts
/// as lost. While Slurm does not answer, what was known before is reported, questions are asked at
/// growing distances, and submissions wait: poll() makes them. A submission that may have happened
/// is looked for, twice, before it is made again.
class SlurmScheduler final : public Scheduler {
 public:
  /// For the study in `directory`, which is there. Writes the batch scripts. The references outlive
  /// it. Error{environment}: they cannot be written. Error{input}: an option of the study's is not
  /// to be passed on.
  SlurmScheduler(const Study& study, StudyDirectory directory, CommandRunner& commands,
                 FileSystem& files, const Clock& clock);

  /// Error{environment}: Slurm refused it, there is no sbatch, or the job's file cannot be written.
  /// Error{input}: it has a value that cannot be passed on.
  JobId submit(const JobRequest& request) override;
  std::vector<Submission> submit_all(const std::vector<JobRequest>& requests) override;
  /// Waits for submissions that an earlier launcher has under way on this machine.
  /// Error{environment}: Slurm does not answer.
  std::map<std::string, JobId> find(const std::vector<std::string>& names) override;
  std::map<JobId, JobReport> poll() override;
  void cancel(const JobId& job) override;
  /// As cancel(): Slurm itself kills what does not end within its KillWait.
  void kill(const JobId& job) override { cancel(job); }
  std::vector<std::string> news() override;
  std::string explain() const override;

 private:
  struct Job {
    std::string name;
    JobId number;  ///< Slurm's; empty: its submission is put off
    JobReport report{};
    bool cancelled = false;               ///< by this launcher
    std::optional<Time> missing_since{};  ///< squeue does not list it
    std::filesystem::path wave_output{};  ///< of a task that squeue has listed
  };

  /// A submission that waits: one job, or a whole wave.
  struct PutOff {
    std::vector<JobRequest> requests;
    std::vector<JobId> handles;
    bool unknown = false;  ///< it may have been made
    int looks = 0;         ///< since then, without a sign of it
  };

  std::vector<Submission> submit_wave(const std::vector<JobRequest>& requests);
  std::vector<Submission> halved(const std::vector<JobRequest>& requests);
  std::vector<Submission> put_off(const std::vector<JobRequest>& requests,
                                  const SbatchAnswer& answer);
  void add_job(const JobId& handle, const std::string& name, const JobId& number);

  void look();
  void update(Job& job, const QueueLine& line);
  void trace(Job& job);
  void conclude(Job& job, const JobReport& report);
  std::vector<std::filesystem::path> outputs_of(const Job& job) const;
  void cancel_doubles(const std::vector<QueueLine>& lines);
  void send_cancels();

  void settle(const std::vector<QueueLine>& lines);
  bool find_put_off(PutOff& group, const std::vector<QueueLine>& lines);
  void submit_put_off();
  void drop_cancelled(PutOff& group);
  void resolve(const PutOff& group, const std::vector<JobId>& numbers);
  void refuse(const PutOff& group, const std::string& why);

  std::set<std::string> job_names() const;
  void tell(const std::string& text);

  const Clock& clock_;
  const StudyDirectory directory_;
  const std::string mark_;
  FileSystem& files_;
  OutsideAllocation commands_;
  SlurmWaves waves_;
  SlurmSubmitter submitter_;
  SlurmQueue queue_;
  std::map<JobId, Job> jobs_;
  std::set<JobId> known_;  ///< numbers of jobs that are or were ours: not those of a put-off one
  std::set<JobId> to_cancel_;
  Time next_cancel_{};
  std::list<PutOff> put_off_;
  Time next_submission_{};
  Duration submission_distance_{};
  bool was_silent_ = false;
  std::set<std::string> told_;
  std::vector<std::string> news_;
};

/// What the jobs of a study directory have as comment: "weir:" and 16 hexadecimal digits of its
/// path.
std::string slurm_mark(const StudyDirectory& directory);

}  // namespace weir

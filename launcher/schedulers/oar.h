#pragma once
// OAR: a batch job for the server and one for each simulation.

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "launcher/schedulers/command_runner.h"
#include "launcher/schedulers/oar_commands.h"
#include "launcher/schedulers/scheduler.h"
#include "src/core/clock.h"
#include "src/core/file_system.h"
#include "src/core/study_directory.h"
#include "src/study/study.h"

namespace weir {

/// A JobId is OAR's number; while nobody knows whether OAR took a submission, the job's name. Jobs
/// of this study are those that start in its folder of job files, for other studies may have the
/// same names. One oarstat asks about all of them, every launcher.poll seconds; while OAR does not
/// answer, what was known before is reported, and questions are asked at growing distances. A
/// submission that may have happened is looked for, twice, before it is made again; others wait for
/// it. A job that OAR
/// does not know any more ended as weir-job wrote, or is lost after a minute.
class OarScheduler final : public Scheduler {
 public:
  /// For the study in `directory`, which is there. Writes the batch script and the set-up files.
  /// The references outlive it. Error{environment}: they cannot be written, or the directory's path
  /// or weir's own has a character that OAR would hand to a shell. Error{input}: an option of the
  /// study's is not to be passed on.
  OarScheduler(const Study& study, StudyDirectory directory, CommandRunner& commands,
               FileSystem& files, const Clock& clock);

  JobId submit(const JobRequest& request) override;
  std::map<std::string, JobId> find(const std::vector<std::string>& names) override;
  std::map<JobId, JobReport> poll() override;
  void cancel(const JobId& job) override;
  /// As cancel(): OAR itself kills what does not end.
  void kill(const JobId& job) override { cancel(job); }
  std::vector<std::string> news() override;
  std::string explain() const override;

 private:
  struct Job {
    JobRequest request;
    JobId number{};  ///< empty: nobody knows whether OAR took it
    int looks = 0;   ///< for its name, since it was submitted last
    bool cancelled = false;
    JobReport report{};
    std::optional<Time> missing_since{};
  };
  enum class Answer { taken, refused, unknown };
  using Jobs = std::optional<std::vector<OarJob>>;

  void write_scripts();
  Answer oarsub(Job& job, std::string& text);
  Answer oarsub_again(Job& job, std::string& text);
  bool any_unknown() const;
  void ask();
  Jobs oarstat(const std::vector<std::string>& command);
  std::vector<JobId> numbers() const;
  void update(Job& job, const OarJob* now);
  void trace(Job& job);
  void conclude(Job& job, JobReport report);
  void look_for_unknown();
  void submit_unknown();
  void send_cancels();
  void answered(bool yes);
  bool is_ours(const OarJob& job) const;

  const Study& study_;
  const StudyDirectory directory_;
  CommandRunner& commands_;
  FileSystem& files_;
  const Clock& clock_;
  const Duration every_;
  Duration distance_;
  Time next_;
  std::map<JobId, Job> jobs_;
  std::set<JobId> to_cancel_;
  Time next_cancel_{};
  bool silent_ = false;
  std::string failure_;  ///< of the last command that did not answer
  std::vector<std::string> news_;
};

}  // namespace weir

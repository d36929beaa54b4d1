#pragma once
// One run of a study: server first, then the simulations it asks for, until the server ends and
// every job is gone. A server that dies or hangs is started again; an earlier run of the same study
// can be gone on with.

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "launcher/records/journal.h"
#include "launcher/records/snapshot.h"
#include "launcher/run/ensemble.h"
#include "launcher/run/note.h"
#include "launcher/run/restart_policy.h"
#include "launcher/run/server_job.h"
#include "launcher/run/server_link.h"
#include "launcher/run/watchdog.h"
#include "launcher/schedulers/scheduler.h"
#include "src/core/clock.h"
#include "src/core/error.h"
#include "src/core/file_system.h"
#include "src/core/study_directory.h"
#include "src/study/study.h"
#include "src/wire/channel.h"
#include "src/wire/endpoint_file.h"

namespace weir {

/// What a run works with; all of it outlives the run.
struct RunSurroundings {
  Scheduler& scheduler;
  FileSystem& files;
  const Clock& clock;
  Journal& journal;
  Note note;
  /// A channel to a server (connect_zmq_channel, or a test's).
  std::function<std::unique_ptr<wire::ClientChannel>(const wire::EndpointFile&)> connect;
};

/// How the server's last job ended, and what the launcher did to it.
struct ServerEnd {
  JobReport report;
  std::string failure;  ///< why the launcher ended it, or gives up starting it; empty: it ended by
                        ///< itself
  ErrorKind kind = ErrorKind::environment;  ///< of the failure
  bool interrupted = false;                 ///< by the user
};

/// A state machine that is driven by tick(); nothing in it waits. Used by one thread.
class StudyRun {
 public:
  StudyRun(const Study& study, StudyDirectory directory, JobRequest server, RunSurroundings around);

  /// Submits the server; where the study starts with its clients, tick() does, once the scheduler
  /// has room for them. Error{environment} as of Scheduler::submit.
  void start();
  /// Instead of start(): goes on with what the journal of an earlier launcher tells of. Jobs that
  /// live are found by name; a server that does not is started with --resume. Where the study is
  /// done, what is left of its jobs is ended instead. Errors as of start().
  void resume(const std::vector<JournalEntry>& journal);
  /// Everything that is due now. False when the run is over: then server_end() says how.
  /// Error{environment}: an endpoint file that is not to be trusted, a scheduler that cannot be
  /// reached.
  bool tick();
  /// Waits until the server says something, or `at_most` has passed.
  void wait(Duration at_most);

  /// The user wants the end: in order the first time, at once the second.
  void interrupt();

  Snapshot snapshot() const;
  const ServerEnd& server_end() const { return server_end_; }

 private:
  void start_server(bool resume);
  void start_when_clients_are_ready();
  void connect_when_ready();
  void converse();
  void handle(const wire::Message& message);
  void handle(const wire::LaunchStatus& status);
  void enforce_deadlines();
  void enforce_watchdog();
  void end_server(const std::string& failure);
  void kill_hung_server(const std::string& how);
  void observe_server(const std::map<JobId, JobReport>& reports);
  bool ended_for_good(const JobReport& report);
  void finish(const JobReport& report);
  void server_died(const JobReport& report);
  void forget_incarnation();
  void plan_restart(const std::string& how);
  void plan_succession(const std::string& how);
  void start_after(Duration pause);
  void restart_when_due();
  void end(const std::string& reason);
  void withdraw_all(const std::string& reason);
  bool server_runs() const;

  const Study& study_;
  const StudyDirectory directory_;
  RunSurroundings around_;
  Ensemble ensemble_;
  ServerJob server_;
  RestartPolicy restarts_;
  ServerEnd server_end_;
  RunPhase phase_ = RunPhase::starting;
  Time started_{}, stop_asked_{}, restart_at_{};
  bool server_cancelled_ = false;
  bool resumed_ = false;
  bool resumes_server_ =
      false;  ///< the server that waits for its clients goes on with another's work
  std::uint64_t samples_before_ = 0;  ///< accepted before this launcher came

  // Of this incarnation of the server.
  std::unique_ptr<ServerLink> link_;
  std::uint64_t epoch_ = 0;  ///< of the endpoint file that link_ was made from
  std::optional<Watchdog> watchdog_;
  std::string hang_;  ///< why it was killed; empty: it was not
  std::optional<wire::LaunchStatus> first_status_;
  bool advanced_ = false;  ///< it has made a batch or a checkpoint
  bool clients_withdrawn_ = false;

  std::optional<wire::LaunchStatus> status_;  ///< the latest, of whichever incarnation
};

}  // namespace weir

#pragma once
// One run of a study: server first, then the simulations it asks for, until the server ends and
// every job is gone.

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "launcher/ensemble.h"
#include "launcher/journal.h"
#include "launcher/note.h"
#include "launcher/schedulers/scheduler.h"
#include "launcher/server_link.h"
#include "launcher/snapshot.h"
#include "src/core/clock.h"
#include "src/core/file_system.h"
#include "src/core/study_directory.h"
#include "src/study/study.h"
#include "src/wire/channel.h"

namespace weir {

/// What a run works with; all of it outlives the run.
struct RunSurroundings {
  Scheduler& scheduler;
  FileSystem& files;
  const Clock& clock;
  Journal& journal;
  Note note;
  /// A channel to these endpoints (connect_zmq_channel, or a test's).
  std::function<std::unique_ptr<wire::ClientChannel>(const std::vector<std::string>&)> connect;
};

/// How the server's job ended, and what the launcher did to it.
struct ServerEnd {
  JobReport report;
  std::string failure;  ///< why the launcher ended it: it did not answer, it did not stop; empty:
                        ///< it ended by itself
  bool interrupted = false;  ///< by the user
};

/// A state machine that is driven by tick(); nothing in it waits. Used by one thread.
class StudyRun {
 public:
  StudyRun(const Study& study, StudyDirectory directory, JobRequest server, RunSurroundings around);

  /// Submits the server. Error{environment} as of Scheduler::submit.
  void start();
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
  void connect_when_ready();
  void converse();
  void handle(const wire::Message& message);
  void handle(const wire::LaunchStatus& status);
  void enforce_deadlines();
  void end_server(const std::string& failure);
  void observe_server(const std::map<JobId, JobReport>& reports);
  bool server_runs() const { return phase_ != RunPhase::ending && phase_ != RunPhase::ended; }

  const Study& study_;
  const StudyDirectory directory_;
  const JobRequest server_request_;
  RunSurroundings around_;
  Ensemble ensemble_;
  std::unique_ptr<ServerLink> link_;
  JobId server_;
  ServerEnd server_end_;
  RunPhase phase_ = RunPhase::starting;
  bool clients_withdrawn_ = false, server_cancelled_ = false;
  Time started_{}, stop_asked_{};
  std::optional<wire::LaunchStatus> status_;
};

}  // namespace weir

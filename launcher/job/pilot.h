#pragma once
// A pilot: a job of the batch system that runs one simulation after another, as the launcher's
// orders say.

#include <filesystem>
#include <optional>
#include <string>

#include "launcher/schedulers/pool_files.h"
#include "launcher/schedulers/scheduler.h"
#include "src/core/clock.h"
#include "src/core/file_system.h"
#include "src/core/study_directory.h"

namespace weir {

/// What a pilot works with; all of it outlives the pilot.
struct PilotSurroundings {
  Scheduler& runner;  ///< of this machine
  FileSystem& files;
  const Clock& clock;
  std::string host;
  std::optional<double> seconds_left;  ///< of its job, where the batch system says it
  std::filesystem::path weir_job;      ///< the program that runs a job file
};

/// A state machine that is driven by tick(); nothing in it waits. It takes a task by writing so and
/// then reading its orders once more: a launcher that withdrew the task before has it back, and one
/// that withdraws it later sees that it was taken. Used by one thread.
class Pilot {
 public:
  /// Error{environment}: its state file cannot be read, or a pilot of this name was started before.
  Pilot(const StudyDirectory& directory, const std::string& name, PilotSurroundings around);

  /// Everything that is due now; false when it has ended. A file that cannot be written is tried
  /// again at the next tick.
  bool tick();
  /// How long the next tick() may wait: short while a task may come, longer the more often none
  /// did.
  Duration pause() const;
  /// The batch system wants the end of its job: what runs is cancelled, and no end is told of it,
  /// for it is the job's.
  void interrupt();

 private:
  void observe();
  void look();
  void obey();
  void obey_wish();
  void take();
  void confirm();
  void start();
  void end_task(JobReport end);
  void leave();
  bool publish();
  bool idle() const;
  JobId submit();

  const StudyDirectory directory_;
  const PoolFolder folder_;
  const std::string name_;
  PilotSurroundings around_;
  const Time started_;
  Time heard_, look_at_;
  Time tell_at_{};  ///< not before: what state_ holds
  PilotOrders orders_;
  PilotState state_;
  TaskWish obeyed_ = TaskWish::run;  ///< of the task that runs
  JobId job_;                        ///< that runs; empty: none
  bool written_ = false;             ///< the file holds state_
  bool interrupted_ = false;
};

}  // namespace weir

#pragma once
// The launcher's side of one pilot: what it was told, what it said, and what its job is doing.

#include <optional>
#include <string>

#include "launcher/schedulers/pool_files.h"
#include "launcher/schedulers/scheduler.h"
#include "src/core/clock.h"
#include "src/core/file_system.h"

namespace weir {

/// Used by one thread. The file system outlives it.
class PoolPilot {
 public:
  /// One that is to be submitted: makes its folder and both files, so that neither side ever looks
  /// for a name that is not there (a file server's client remembers that for long).
  /// Error{environment}: they cannot be written.
  PoolPilot(FileSystem& files, const PoolFolder& folder, std::string name,
            const PilotOrders& orders);
  /// One of an earlier launcher, with the orders that this one left.
  static PoolPilot found(FileSystem& files, const PoolFolder& folder, std::string name,
                         const PilotOrders& orders);

  const std::string& name() const { return name_; }
  const PilotOrders& orders() const { return orders_; }
  const PilotState& state() const { return state_; }

  /// Orders that cannot be written are written by the next publish().
  void give(const std::string& task);
  void wish(TaskWish wish);
  void leave(PilotLeave leave);
  /// A sign of life, so that it goes on waiting.
  void greet();
  /// Whether the file holds the orders.
  bool publish();

  /// Reads what it said.
  void look(Time now);
  /// Its job has ended, or its process says that it takes nothing more. Tells a process that lives
  /// on nevertheless to end, then looks; false when that could not be written: try again later.
  bool give_up(Time now);

  /// Whether it was given a task whose end it has not told.
  bool busy() const;
  /// Whether it said that it took the task that it was given last.
  bool took() const { return orders_.number > 0 && state_.number >= orders_.number; }
  /// Whether it takes no more tasks.
  bool leaves() const {
    return orders_.leave != PilotLeave::stay || state_.phase == PilotPhase::gone;
  }
  bool free() const { return state_.phase == PilotPhase::free && !busy() && !leaves(); }
  /// Whether its job's time limit, where it is known, leaves so many seconds.
  bool has_time(Time now, double seconds) const;

  JobId job;                               ///< of its job; empty: none yet
  JobState job_state = JobState::pending;  ///< of its job
  Time since{};                            ///< it has been in that state
  Time asked{};                            ///< when its task was to be cancelled or killed
  Time greeted{};

 private:
  PoolPilot(FileSystem& files, const PoolFolder& folder, std::string name);

  FileSystem* files_;
  std::filesystem::path orders_path_, state_path_;
  std::string name_;
  PilotOrders orders_;
  PilotState state_;
  bool written_ = false;
  std::optional<Time> ends_at_;
};

}  // namespace weir

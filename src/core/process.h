#pragma once
// Child processes: started by argument vector, each in a process group of its own, and always
// reaped.

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

#include "src/core/clock.h"

namespace weir {

/// What to start. No shell sees any of it.
struct ProcessRequest {
  std::vector<std::string> command;                ///< [0] is looked up in PATH when it has no '/'
  std::map<std::string, std::string> environment;  ///< added to this process's own; replaces
  std::filesystem::path directory;                 ///< working directory; empty: this process's own
  std::filesystem::path log;  ///< standard output and error, appended, mode 0600; empty: inherited
  std::filesystem::path errors{};      ///< standard error, where it does not go to the log
  std::vector<std::string> without{};  ///< variables of this process that the child does not get
};

/// How a process ended.
struct ProcessEnd {
  int exit_code = 0;  ///< meaningful when signal is 0
  int signal = 0;
  bool ok() const { return signal == 0 && exit_code == 0; }
  std::string describe() const;  ///< "exit code 1", "killed by signal 9 (Killed)"
};

/// A running or ended child. Owns it: destruction kills what still runs and reaps it. Movable, used
/// by one thread. The child has default signal handlers, an empty signal mask, /dev/null as input
/// and no file but the three standard ones.
class Process {
 public:
  /// Error{environment}: the program or the folder is not there, no permission, no memory.
  static Process spawn(const ProcessRequest& request);

  Process(Process&& other) noexcept;
  Process& operator=(Process&& other) noexcept;
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  ~Process();

  pid_t pid() const { return pid_; }

  /// How it ended, or nothing while it runs. What the child left in its process group is killed
  /// before it is reaped.
  std::optional<ProcessEnd> poll();
  /// As poll(), after waiting up to `at_most`.
  std::optional<ProcessEnd> wait(Duration at_most);

  /// To the whole process group; nothing once the child has ended.
  void signal_group(int signal);
  /// SIGKILL to the group and to every descendant, also those that made groups of their own (as
  /// mpirun's ranks do).
  void kill_tree();

 private:
  explicit Process(pid_t pid) : pid_(pid) {}
  void finish() noexcept;

  pid_t pid_ = -1;  ///< -1: moved from
  std::optional<ProcessEnd> end_;
};

/// Whether a process of this number lives on this machine (also one that we may not signal).
bool process_lives(pid_t pid);

}  // namespace weir

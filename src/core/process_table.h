#pragma once
// Processes of this machine that need not be children of this one: found by a mark in their
// environment, and told from a later process of the same number by their start.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include <sys/types.h>

namespace weir {

/// A process, for as long as the machine is up.
struct ProcessId {
  pid_t pid = 0;
  std::uint64_t started = 0;  ///< clock ticks after the machine's start
  auto operator<=>(const ProcessId&) const = default;
};

/// What /proc says of a process.
struct ProcessStat {
  ProcessId id;
  pid_t parent = 0;
  bool ended = false;  ///< it waits only for its parent to ask how it ended
  /// Nor will it get one: it was emptied, the process is the kernel's, or about to end. Without
  /// this, one that shows none is in the middle of an exec.
  bool has_no_environment = false;
};

/// What /proc/PID/NAME holds. Nothing when there is no such process, which may also end while it is
/// read, when there is no such file, or when it is not for this user.
std::optional<std::string> process_file(pid_t pid, const std::string& name);

/// Nothing when there is no such process.
std::optional<ProcessStat> process_stat(pid_t pid);

/// The same from what /proc/PID/stat holds; nothing when that is no such line.
std::optional<ProcessStat> parse_process_stat(pid_t pid, const std::string& line);

/// The value of `name` in what /proc/PID/environ holds: entries that end with a zero byte.
std::optional<std::string> environment_value(std::string_view environment, std::string_view name);

/// This user's processes, without this one, whose environment at their start had NAME=VALUE, by
/// VALUE. Children inherit it, so it finds all of a job, whatever became of its first process; one
/// that is in the middle of an exec is waited for, for a second at most.
std::multimap<std::string, ProcessStat> processes_marked(const std::string& name);

/// Whether it still runs, or is stopped.
bool process_lives(const ProcessId& process);

/// Nothing when it has ended. With `group`: to all of its process group, where it leads one.
void signal_process(const ProcessId& process, int signal, bool group = false);

}  // namespace weir

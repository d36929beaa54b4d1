#include "src/core/process_table.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <string_view>
#include <thread>

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "src/core/clock.h"

namespace weir {
namespace {

// Flags of a process in /proc/PID/stat (the kernel's PF_EXITING and PF_KTHREAD).
constexpr unsigned long exiting = 0x4, kernel_thread = 0x200000;

/// How long an exec may keep a process without an environment: it takes microseconds.
constexpr Duration longest_exec = std::chrono::seconds(1);

/// What /proc/PID/environ holds. A process in the middle of an exec shows nothing until its new
/// program is in place; that is waited for, or a job would be missed at that moment.
std::string read_environment(pid_t pid) {
  const Time end = SystemClock().now() + longest_exec;
  while (true) {
    const auto environment = process_file(pid, "environ");
    if (!environment) return {};
    if (!environment->empty()) return *environment;
    const auto stat = process_stat(pid);
    if (!stat || stat->has_no_environment || SystemClock().now() >= end) return {};
    std::this_thread::yield();
  }
}

}  // namespace

std::optional<std::string> environment_value(std::string_view environment, std::string_view name) {
  while (!environment.empty()) {
    const auto entry = environment.substr(0, environment.find('\0'));
    if (entry.size() > name.size() && entry.starts_with(name) && entry[name.size()] == '=')
      return std::string(entry.substr(name.size() + 1));
    environment.remove_prefix(std::min(entry.size() + 1, environment.size()));
  }
  return std::nullopt;
}

std::optional<std::string> process_file(pid_t pid, const std::string& name) {
  const int file =
      open(("/proc/" + std::to_string(pid) + "/" + name).c_str(), O_RDONLY | O_CLOEXEC);
  if (file == -1) return std::nullopt;
  std::string content;
  std::array<char, 4096> bytes;
  ssize_t count = 0;
  do {
    count = read(file, bytes.data(), bytes.size());
    if (count > 0) content.append(bytes.data(), static_cast<std::size_t>(count));
  } while (count > 0 || (count == -1 && errno == EINTR));
  close(file);
  if (count == -1) return std::nullopt;
  return content;
}

std::optional<ProcessStat> process_stat(pid_t pid) {
  return parse_process_stat(pid, process_file(pid, "stat").value_or(""));
}

std::optional<ProcessStat> parse_process_stat(pid_t pid, const std::string& line) {
  // The program's name, in parentheses, may hold anything, parentheses too.
  const auto close = line.rfind(") ");
  if (close == std::string::npos) return std::nullopt;
  std::istringstream fields(line.substr(close + 2));
  char state = 0;
  ProcessStat stat{
      .id = {.pid = pid, .started = 0}, .parent = 0, .ended = false, .has_no_environment = false};
  fields >> state >> stat.parent;
  std::string skipped;
  const auto skip = [&](int from, int to) {
    for (int field = from; field < to; ++field) fields >> skipped;
  };
  unsigned long flags = 0, environment = 0, environment_end = 0;
  skip(5, 9);
  fields >> flags;
  skip(10, 22);
  if (!(fields >> stat.id.started)) return std::nullopt;
  skip(23, 50);
  fields >> environment >> environment_end;
  stat.ended = state == 'Z' || state == 'X';
  // For a moment an exec looks like an emptied environment, but never from a process that sleeps.
  const bool in_exec = environment_end == 0 || state == 'R' || state == 'D';
  const bool emptied = environment == environment_end && !in_exec;
  stat.has_no_environment = stat.ended || (flags & (kernel_thread | exiting)) != 0 || emptied;
  return stat;
}

std::multimap<std::string, ProcessStat> processes_marked(const std::string& name) {
  std::multimap<std::string, ProcessStat> found;
  std::error_code failed;
  for (const auto& entry : std::filesystem::directory_iterator("/proc", failed)) {
    const pid_t pid = std::atoi(entry.path().filename().c_str());
    if (pid <= 0 || pid == getpid()) continue;
    const auto value = environment_value(read_environment(pid), name);
    if (!value) continue;
    if (const auto stat = process_stat(pid); stat && !stat->ended) found.emplace(*value, *stat);
  }
  return found;
}

bool process_lives(const ProcessId& process) {
  const auto stat = process_stat(process.pid);
  return stat && !stat->ended && stat->id == process;
}

void signal_process(const ProcessId& process, int signal, bool group) {
  if (!process_lives(process)) return;
  const bool leads = group && getpgid(process.pid) == process.pid;
  kill(leads ? -process.pid : process.pid, signal);
}

}  // namespace weir

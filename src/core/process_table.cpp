#include "src/core/process_table.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string_view>

#include <signal.h>
#include <unistd.h>

namespace weir {
namespace {

std::string read_proc(pid_t pid, const char* name) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/" + name, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
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

std::optional<ProcessStat> process_stat(pid_t pid) {
  return parse_process_stat(pid, read_proc(pid, "stat"));
}

std::optional<ProcessStat> parse_process_stat(pid_t pid, const std::string& line) {
  // The program's name, in parentheses, may hold anything, parentheses too.
  const auto close = line.rfind(") ");
  if (close == std::string::npos) return std::nullopt;
  std::istringstream fields(line.substr(close + 2));
  char state = 0;
  ProcessStat stat{.id = {.pid = pid, .started = 0}, .parent = 0, .ended = false};
  fields >> state >> stat.parent;
  std::string skipped;
  for (int field = 5; field < 22; ++field) fields >> skipped;
  if (!(fields >> stat.id.started)) return std::nullopt;
  stat.ended = state == 'Z' || state == 'X';
  return stat;
}

std::multimap<std::string, ProcessStat> processes_marked(const std::string& name) {
  std::multimap<std::string, ProcessStat> found;
  std::error_code failed;
  for (const auto& entry : std::filesystem::directory_iterator("/proc", failed)) {
    const pid_t pid = std::atoi(entry.path().filename().c_str());
    if (pid <= 0 || pid == getpid()) continue;
    const auto value = environment_value(read_proc(pid, "environ"), name);
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

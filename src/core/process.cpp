#include "src/core/process.h"

#include <algorithm>
#include <cerrno>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "src/core/error.h"
#include "src/core/process_table.h"

extern char** environ;

namespace weir {
namespace {

/// posix_spawn's file actions, freed with their scope.
class FileActions {
 public:
  FileActions() { posix_spawn_file_actions_init(&actions_); }
  ~FileActions() { posix_spawn_file_actions_destroy(&actions_); }
  FileActions(const FileActions&) = delete;
  FileActions& operator=(const FileActions&) = delete;

  /// To these files; negative: inherited.
  void redirect(int output, int errors) {
    posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    if (output >= 0) posix_spawn_file_actions_adddup2(&actions_, output, STDOUT_FILENO);
    if (errors >= 0) posix_spawn_file_actions_adddup2(&actions_, errors, STDERR_FILENO);
    posix_spawn_file_actions_addclosefrom_np(&actions_, STDERR_FILENO + 1);
  }
  void change_directory(const std::filesystem::path& directory) {
    if (!directory.empty()) posix_spawn_file_actions_addchdir_np(&actions_, directory.c_str());
  }
  const posix_spawn_file_actions_t* get() const { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_;
};

/// A group of its own, no blocked signal, default handlers: nothing of the parent's habits.
class Attributes {
 public:
  Attributes() {
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_init(&attributes_);
    posix_spawnattr_setpgroup(&attributes_, 0);
    posix_spawnattr_setsigmask(&attributes_, &none);
    posix_spawnattr_setsigdefault(&attributes_, &all);
    posix_spawnattr_setflags(
        &attributes_, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  }
  ~Attributes() { posix_spawnattr_destroy(&attributes_); }
  Attributes(const Attributes&) = delete;
  Attributes& operator=(const Attributes&) = delete;

  const posix_spawnattr_t* get() const { return &attributes_; }

 private:
  posix_spawnattr_t attributes_;
};

class FileDescriptor {
 public:
  explicit FileDescriptor(int fd) : fd_(fd) {}
  ~FileDescriptor() {
    if (fd_ >= 0) close(fd_);
  }
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

int open_log(const std::filesystem::path& log) {
  if (log.empty()) return -1;
  const int fd = open(log.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_APPEND, 0600);
  if (fd < 0)
    throw Error(ErrorKind::environment,
                "cannot write the log '" + log.string() + "': " + strerror(errno));
  return fd;
}

std::vector<std::string> merged_environment(const ProcessRequest& request) {
  const auto& added = request.environment;
  const auto& without = request.without;
  std::vector<std::string> result;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string text = *entry;
    const auto name = text.substr(0, text.find('='));
    if (!added.contains(name) && std::find(without.begin(), without.end(), name) == without.end())
      result.push_back(text);
  }
  for (const auto& [name, value] : added) result.push_back(name + "=" + value);
  return result;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> result;
  for (auto& text : texts) result.push_back(text.data());
  result.push_back(nullptr);
  return result;
}

void check_request(const ProcessRequest& request) {
  if (request.command.empty() || request.command[0].empty())
    throw Error(ErrorKind::environment, "cannot start a program without a name");
  if (!request.directory.empty() && !std::filesystem::is_directory(request.directory))
    throw Error(ErrorKind::environment, "cannot start '" + request.command[0] + "' in '" +
                                            request.directory.string() + "': no such folder");
}

std::multimap<pid_t, pid_t> children_by_parent() {
  std::multimap<pid_t, pid_t> result;
  std::error_code failed;
  for (const auto& entry : std::filesystem::directory_iterator("/proc", failed)) {
    const pid_t pid = std::atoi(entry.path().filename().c_str());
    if (const auto stat = pid > 0 ? process_stat(pid) : std::nullopt)
      result.emplace(stat->parent, pid);
  }
  return result;
}

std::vector<pid_t> descendants(pid_t root) {
  const auto children = children_by_parent();
  std::vector<pid_t> result{root};
  for (std::size_t next = 0; next < result.size(); ++next) {
    const auto [begin, end] = children.equal_range(result[next]);
    for (auto child = begin; child != end; ++child) result.push_back(child->second);
  }
  return result;
}

ProcessEnd decode(int status) {
  if (WIFSIGNALED(status)) return {.exit_code = 0, .signal = WTERMSIG(status)};
  return {.exit_code = WEXITSTATUS(status), .signal = 0};
}

}  // namespace

std::string ProcessEnd::describe() const {
  if (signal == 0) return "exit code " + std::to_string(exit_code);
  return "killed by signal " + std::to_string(signal) + " (" + strsignal(signal) + ")";
}

Process Process::spawn(const ProcessRequest& request) {
  check_request(request);
  const FileDescriptor log(open_log(request.log)), errors(open_log(request.errors));
  FileActions actions;
  actions.redirect(log.get(), request.errors.empty() ? log.get() : errors.get());
  actions.change_directory(request.directory);
  const Attributes attributes;
  auto arguments = request.command;
  auto environment = merged_environment(request);
  pid_t pid = -1;
  const int error = posix_spawnp(&pid, arguments[0].c_str(), actions.get(), attributes.get(),
                                 pointers(arguments).data(), pointers(environment).data());
  if (error != 0)
    throw Error(ErrorKind::environment,
                "cannot start '" + request.command[0] + "': " + strerror(error));
  return Process(pid);
}

Process::Process(Process&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)), end_(std::move(other.end_)) {}

Process& Process::operator=(Process&& other) noexcept {
  if (this != &other) {
    finish();
    pid_ = std::exchange(other.pid_, -1);
    end_ = std::move(other.end_);
  }
  return *this;
}

Process::~Process() { finish(); }

void Process::finish() noexcept {
  if (pid_ < 0 || end_) return;
  kill_tree();
  while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

std::optional<ProcessEnd> Process::poll() {
  if (pid_ < 0 || end_) return end_;
  siginfo_t info{};
  if (waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) != 0 ||
      info.si_pid == 0)
    return std::nullopt;
  // While the child is a zombie its number cannot be given to another process, so the group is
  // still its own.
  kill(-pid_, SIGKILL);
  int status = 0;
  while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  end_ = decode(status);
  return end_;
}

std::optional<ProcessEnd> Process::wait(Duration at_most) {
  const Time deadline = SystemClock().now() + at_most;
  Duration pause = std::chrono::milliseconds(1);
  while (true) {
    const Time now = SystemClock().now();
    if (const auto end = poll(); end || now >= deadline) return end;
    std::this_thread::sleep_for(std::min(pause, deadline - now));
    pause = std::min<Duration>(pause * 2, std::chrono::milliseconds(20));
  }
}

void Process::signal_group(int signal) {
  if (pid_ >= 0 && !end_) kill(-pid_, signal);
}

void Process::kill_tree() {
  if (pid_ < 0 || end_) return;
  const auto tree = descendants(pid_);  // before the first kill: an orphan has another parent
  kill(-pid_, SIGKILL);
  for (const pid_t pid : tree) kill(pid, SIGKILL);
}

bool process_lives(pid_t pid) { return pid > 0 && (kill(pid, 0) == 0 || errno == EPERM); }

}  // namespace weir

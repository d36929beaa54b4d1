#include "tests/bench/client_processes.h"

#include <cerrno>
#include <cstring>
#include <string>

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "src/core/error.h"

namespace weir::bench {

namespace {
/// Waits until the other end of the gate is closed, then runs.
[[noreturn]] void run_child(int gate, std::size_t index,
                            const std::function<int(std::size_t)>& body) {
  char nothing = 0;
  while (read(gate, &nothing, 1) < 0 && errno == EINTR) {
  }
  close(gate);
  _exit(body(index));
}
}  // namespace

ClientProcesses::ClientProcesses(std::size_t count, const std::function<int(std::size_t)>& body) {
  int ends[2];
  if (pipe(ends) != 0)
    throw Error(ErrorKind::environment, std::string("pipe: ") + std::strerror(errno));
  gate_ = ends[1];
  for (std::size_t index = 0; index < count; ++index) {
    const pid_t child = fork();
    if (child == 0) {
      close(ends[1]);
      run_child(ends[0], index, body);
    }
    if (child < 0) break;
    children_.push_back(child);
  }
  close(ends[0]);
  if (children_.size() < count)
    throw Error(ErrorKind::environment, std::string("fork: ") + std::strerror(errno));
}

ClientProcesses::~ClientProcesses() {
  if (gate_ >= 0) close(gate_);
  for (const pid_t child : children_) kill(child, SIGKILL);
  for (const pid_t child : children_) waitpid(child, nullptr, 0);
}

void ClientProcesses::start() {
  close(gate_);
  gate_ = -1;
}

void ClientProcesses::join() {
  bool failed = false;
  while (!children_.empty()) {
    int status = 0;
    waitpid(children_.back(), &status, 0);
    children_.pop_back();
    failed = failed || !WIFEXITED(status) || WEXITSTATUS(status) != 0;
  }
  if (failed) throw Error(ErrorKind::study, "a client process of the benchmark failed");
}

}  // namespace weir::bench

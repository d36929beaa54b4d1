#pragma once
// Forked processes that wait for a word before they start, so that the parent's sockets and threads
// are made after the fork.

#include <cstddef>
#include <functional>
#include <vector>

#include <sys/types.h>

namespace weir::bench {

class ClientProcesses {
 public:
  /// Forks `count` processes; each runs `body(index)` after start() and exits with what it returns.
  /// The calling process must have no other thread.
  ClientProcesses(std::size_t count, const std::function<int(std::size_t)>& body);
  ~ClientProcesses();  ///< kills and reaps what is left
  ClientProcesses(const ClientProcesses&) = delete;
  ClientProcesses& operator=(const ClientProcesses&) = delete;

  void start();
  /// Reaps all. Throws Error{study} when one did not exit with 0.
  void join();

 private:
  std::vector<pid_t> children_;
  int gate_ = -1;  ///< closing it starts the children
};

}  // namespace weir::bench

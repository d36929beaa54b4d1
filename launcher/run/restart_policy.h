#pragma once
// When a server that died is started again, and when it is not.

#include <cstddef>
#include <optional>

#include "launcher/schedulers/scheduler.h"
#include "src/core/clock.h"

namespace weir {

/// What a server ends with that made room for its successor.
constexpr int relieved_exit_code = 5;

/// Whether a server's job that ended is to be followed by another: exit codes 0, 1, 2, 3 and 130
/// are a server's last word; any other, a signal, an unknown end, and whatever a batch system or
/// somebody with its commands did, is not.
bool is_death(const JobReport& report);

/// Whether its program was not there, no program, or lacked a shared library, by the exit codes 126
/// and 127 of shells, srun, mpirun and the dynamic linker.
bool was_not_loaded(const JobReport& report);

/// Whether it made room in order (exit code 5), or its time or place was taken away, as is usual in
/// batch systems: no fault of the server.
bool is_relief(const JobReport& report);

/// Value type. A server that gets nowhere between two deaths is started at growing distances.
class RestartPolicy {
 public:
  /// `most`: restarts in all.
  explicit RestartPolicy(std::size_t most) : most_(most) {}

  /// The server was relieved after it had advanced: its successor starts at once, and that does not
  /// count.
  Duration after_relief();
  /// The server died. `advanced`: it had made a new batch or checkpoint since it was started. How
  /// long to wait before it is started again; nothing: it may not be.
  std::optional<Duration> after_death(bool advanced);

  std::size_t restarts() const { return restarts_; }  ///< allowed so far
  std::size_t most() const { return most_; }

 private:
  std::size_t most_, restarts_ = 0;
  Duration pause_{};
};

}  // namespace weir

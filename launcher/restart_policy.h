#pragma once
// When a server that died is started again, and when it is not.

#include <cstddef>
#include <optional>

#include "launcher/schedulers/scheduler.h"
#include "src/core/clock.h"

namespace weir {

/// Whether a job that ended by itself died: exit codes 0, 1, 2, 3 and 130 are a server's last word,
/// any other, a signal or an unknown end is not.
bool is_death(const JobReport& report);

/// Value type. A server that gets nowhere between two deaths is started at growing distances.
class RestartPolicy {
 public:
  /// `most`: restarts in all.
  explicit RestartPolicy(std::size_t most) : most_(most) {}

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

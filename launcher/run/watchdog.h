#pragma once
// Tells a server that hangs from one that works, by the pulse in its status.

#include <cstdint>
#include <optional>

#include "src/core/clock.h"

namespace weir {

/// Value type. A rank that stands still stops the rounds of all, hence the pulse, though rank 0 may
/// answer on.
class Watchdog {
 public:
  Watchdog(Duration limit, Time now) : limit_(limit), last_sign_(now) {}

  /// A status came.
  void heard(std::uint64_t pulse, Time now);
  /// No sign of life for as long as the limit.
  bool expired(Time now) const { return now - last_sign_ >= limit_; }

 private:
  Duration limit_;
  Time last_sign_;
  std::optional<std::uint64_t> pulse_;
};

}  // namespace weir

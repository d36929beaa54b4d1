#pragma once
// Time as a dependency, so that every deadline can be tested without waiting.

#include <chrono>

namespace weir {

using Time = std::chrono::steady_clock::time_point;
using Duration = std::chrono::steady_clock::duration;
using Seconds = std::chrono::duration<double>;

/// Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Time now() const = 0;
};

class SystemClock final : public Clock {
 public:
  Time now() const override { return std::chrono::steady_clock::now(); }
};

/// A clock that moves only when a test moves it. Not thread-safe.
class ManualClock final : public Clock {
 public:
  Time now() const override { return now_; }
  void advance(Duration by) { now_ += by; }

 private:
  Time now_{};
};

}  // namespace weir

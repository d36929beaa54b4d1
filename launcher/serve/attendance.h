#pragma once
// When a page that nobody looks at is no longer served: arithmetic, apart from clocks and sockets.

#include "src/core/clock.h"

namespace weir {

/// A page is served while a launcher drives one of its studies, and for an hour from the last
/// request or the last moment that one did.
class Attendance {
 public:
  static constexpr Duration patience = std::chrono::hours(1);

  explicit Attendance(Time now) : last_(now) {}

  void request(Time now) { last_ = now; }
  void turn(Time now, bool driven) {
    if (driven) last_ = now;
  }
  bool over(Time now) const { return now - last_ >= patience; }

 private:
  Time last_;
};

}  // namespace weir

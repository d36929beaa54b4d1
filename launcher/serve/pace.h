#pragma once
// How often a page is made: arithmetic, apart from clocks and files.

#include <algorithm>

#include "src/core/clock.h"

namespace weir {

/// At most a tenth of the time goes into making it, and it is made at most every two seconds.
class Pace {
 public:
  static constexpr Duration least = std::chrono::seconds(2);  ///< from one start to the next

  bool due(Time now) const { return now >= next_; }
  void made(Time from, Time to) { next_ = std::max(from + least, to + 9 * (to - from)); }
  Time next() const { return next_; }

 private:
  Time next_ = Time::min();
};

}  // namespace weir

#pragma once
// weir and its reference by turns, so that both see the same machine.

#include <cstddef>
#include <functional>
#include <utility>
#include <vector>

#include "src/core/clock.h"
#include "tests/bench/reporter.h"

namespace weir::bench {

/// Seconds of one call.
inline double seconds_of(const std::function<void()>& work) {
  const SystemClock clock;
  const Time start = clock.now();
  work();
  return Seconds(clock.now() - start).count();
}

/// Medians of what each gives, `runs` times.
inline std::pair<double, double> in_turn(std::size_t runs, const std::function<double()>& ours,
                                         const std::function<double()>& reference) {
  std::vector<double> first, second;
  for (std::size_t run = 0; run < runs; ++run) {
    first.push_back(ours());
    second.push_back(reference());
  }
  return {median(first), median(second)};
}

}  // namespace weir::bench

#pragma once
// The time of day, for what people and other programs read.

#include <chrono>

namespace weir {

/// Seconds since 1970.
inline double wall_time() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

}  // namespace weir

#pragma once
// How much memory this process has, and the most it has had since a moment.

#include <cstddef>
#include <fstream>
#include <string>

namespace weir::bench {

/// Bytes: "VmRSS:" now, "VmHWM:" the most since peak_begins_anew().
inline std::size_t own_memory(const std::string& which) {
  std::ifstream status("/proc/self/status");
  std::string word;
  std::size_t kibibytes = 0;
  while (status >> word && word != which) {
  }
  status >> kibibytes;
  return kibibytes * 1024;
}

inline void peak_begins_anew() { std::ofstream("/proc/self/clear_refs") << 5; }

}  // namespace weir::bench

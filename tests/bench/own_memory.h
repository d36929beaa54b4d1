#pragma once
// The most memory of its own that this process has had since a moment: without what others share
// with it, as clients their frames.

#include <algorithm>
#include <cstddef>
#include <fstream>
#include <string>

#include "src/core/clock.h"

namespace weir::bench {

class OwnMemory {
 public:
  /// To be called often; it looks every 5 ms.
  void look(Time now) {
    if (now < next_) return;
    next_ = now + std::chrono::milliseconds(5);
    most_ = std::max(most_, bytes());
  }
  std::size_t gained() const { return most_ - first_; }

 private:
  static std::size_t bytes() {
    std::ifstream status("/proc/self/status");
    std::string word;
    std::size_t kibibytes = 0;
    while (status >> word && word != "RssAnon:") {
    }
    status >> kibibytes;
    return kibibytes * 1024;
  }

  std::size_t first_ = bytes(), most_ = first_;
  Time next_{};
};

}  // namespace weir::bench

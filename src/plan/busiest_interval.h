#pragma once
// The highest rate of a stream whose length is not known beforehand.

#include <algorithm>
#include <array>
#include <cstddef>

namespace weir {

/// Adds amounts up in equal intervals, which double as often as the stream outgrows them.
class BusiestInterval {
 public:
  /// Times in seconds, from 0 on.
  void add(double time, double amount) {
    while (time >= width_ * static_cast<double>(sums_.size())) double_width();
    sums_[static_cast<std::size_t>(time / width_)] += amount;
  }
  /// Per second.
  double rate() const { return *std::max_element(sums_.begin(), sums_.end()) / width_; }

 private:
  void double_width() {
    for (std::size_t k = 0; k < sums_.size(); ++k)
      sums_[k] = 2 * k < sums_.size() ? sums_[2 * k] + sums_[2 * k + 1] : 0;
    width_ *= 2;
  }

  std::array<double, 64> sums_{};
  double width_ = 1e-6;
};

}  // namespace weir

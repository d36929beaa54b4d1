#pragma once
// Lines on a terminal that are written over again and again, in place.

#include <cstddef>
#include <ostream>
#include <string>
#include <vector>

namespace weir {

/// Used by one thread. The lines stay when it is destroyed, the cursor below them.
class LiveDisplay {
 public:
  explicit LiveDisplay(std::ostream& out) : out_(out) {}

  /// Shows `lines`, of which each fits into a row, in place of those before. More than `rows` - 1
  /// are cut: a terminal that scrolls cannot be written over.
  void show(const std::vector<std::string>& lines, std::size_t rows);

 private:
  std::ostream& out_;
  std::size_t shown_ = 0;
};

}  // namespace weir

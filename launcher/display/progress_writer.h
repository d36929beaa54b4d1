#pragma once
// Where the progress of a study is shown: one line rewritten on a terminal, a line now and then
// elsewhere.

#include <cstddef>
#include <ostream>
#include <string>

#include "launcher/records/snapshot.h"
#include "src/core/clock.h"

namespace weir {

struct ProgressStyle {
  bool terminal = false;                     ///< rewrite one line
  std::size_t width = 80;                    ///< terminal: columns; a longer line is cut
  Duration every = std::chrono::seconds(5);  ///< elsewhere: from line to line
};

/// How to write to standard output.
ProgressStyle standard_output_style();

/// Used by one thread. Leaves the cursor on a new line when destroyed.
class ProgressWriter {
 public:
  ProgressWriter(std::ostream& out, const Clock& clock, ProgressStyle style);
  ~ProgressWriter();
  ProgressWriter(const ProgressWriter&) = delete;
  ProgressWriter& operator=(const ProgressWriter&) = delete;

  /// Shows the progress if that is due. Elsewhere than on a terminal an unchanged line is not
  /// repeated.
  void update(const Snapshot& snapshot);
  /// A line that stays.
  void say(const std::string& line);

 private:
  void rewrite(const std::string& line);

  std::ostream& out_;
  const Clock& clock_;
  const ProgressStyle style_;
  std::string shown_;
  Time next_;
};

}  // namespace weir

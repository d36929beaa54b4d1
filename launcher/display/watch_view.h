#pragma once
// What `weir watch` shows of a study: a few lines, each of at most a terminal's width.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "launcher/display/loss_history.h"
#include "launcher/records/newest_checkpoint.h"
#include "launcher/records/status_file.h"

namespace weir {

struct WatchStyle {
  std::size_t width = 80;  ///< columns; at least 40 are used
  bool colour = false;     ///< escape sequences for headings and troubles
  bool unicode = true;     ///< block characters; else ASCII
};

/// How a study stands at a moment.
struct Watched {
  std::string study;  ///< its name
  const std::optional<LauncherStatus>& status;
  const LossHistory& losses;
  const std::optional<PublishedCheckpoint>& checkpoint;
  std::vector<std::pair<std::string, std::size_t>> causes{};  ///< of jobs that failed
  bool launcher_gone = false;
  std::int64_t now = 0;  ///< seconds since 1970
};

/// Of a sequence, the newest at the right: the mean of as many values as fall into a column, the
/// scale from the least to the largest, logarithmic where all are above 0. Empty without finite
/// values.
std::string sparkline(const std::vector<double>& values, std::size_t width, bool unicode);

/// "[#####-----]".
std::string bar(double part, std::size_t width, bool unicode);

/// The lines, without ends of lines.
std::vector<std::string> watch_lines(const Watched& watched, const WatchStyle& style);

}  // namespace weir

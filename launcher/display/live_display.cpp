#include "launcher/display/live_display.h"

#include <algorithm>

namespace weir {

void LiveDisplay::show(const std::vector<std::string>& lines, std::size_t rows) {
  std::string text;
  if (shown_ > 0) text += "\x1b[" + std::to_string(shown_) + "A\r";
  const auto fitting = std::min(lines.size(), std::max<std::size_t>(rows, 2) - 1);
  for (std::size_t k = 0; k < fitting; ++k) text += lines[k] + "\x1b[K\n";
  text += "\x1b[J";  // what was longer before
  shown_ = fitting;
  out_ << text << std::flush;
}

}  // namespace weir

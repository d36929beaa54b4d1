#include "launcher/display/progress_writer.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include "launcher/records/progress.h"

namespace weir {
namespace {

constexpr const char* clear_line = "\r\x1b[K";
constexpr Duration rewrite_every = std::chrono::milliseconds(200);

}  // namespace

ProgressStyle standard_output_style() {
  ProgressStyle style;
  style.terminal = isatty(STDOUT_FILENO) == 1;
  winsize size{};
  if (style.terminal && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
    style.width = size.ws_col;
  return style;
}

ProgressWriter::ProgressWriter(std::ostream& out, const Clock& clock, ProgressStyle style)
    : out_(out), clock_(clock), style_(style), next_(clock.now()) {}

ProgressWriter::~ProgressWriter() {
  if (style_.terminal && !shown_.empty()) out_ << '\n' << std::flush;
}

void ProgressWriter::update(const Snapshot& snapshot) {
  if (clock_.now() < next_) return;
  next_ = clock_.now() + (style_.terminal ? rewrite_every : style_.every);
  // The last column stays free: a terminal that wraps there would not be rewritten but scrolled.
  const auto line = progress_line(snapshot, style_.terminal ? style_.width - 1 : std::string::npos);
  if (line == shown_) return;
  if (style_.terminal)
    rewrite(line);
  else
    out_ << line << std::endl;
  shown_ = line;
}

void ProgressWriter::say(const std::string& line) {
  if (style_.terminal && !shown_.empty()) out_ << clear_line;
  out_ << line << '\n';
  if (style_.terminal && !shown_.empty()) rewrite(shown_);
  out_ << std::flush;
}

void ProgressWriter::rewrite(const std::string& line) {
  // The last column stays free: a terminal that wraps there would not be rewritten but scrolled.
  out_ << clear_line << line.substr(0, style_.width - 1) << std::flush;
}

}  // namespace weir

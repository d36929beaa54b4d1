#include "launcher/commands/screen.h"

#include <cstdlib>
#include <iostream>
#include <string_view>

#include <sys/ioctl.h>
#include <unistd.h>

#include "launcher/display/watch_view.h"

namespace weir {
namespace {

constexpr Duration line_every = std::chrono::seconds(5);

bool is_set(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr && *value != '\0';
}

bool has_terminal() {
  const char* kind = std::getenv("TERM");
  return isatty(STDOUT_FILENO) == 1 && !(kind != nullptr && std::string_view(kind) == "dumb");
}

bool writes_unicode() {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"})
    if (is_set(name)) {
      const std::string_view value = std::getenv(name);
      return value.find("UTF-8") != value.npos || value.find("utf8") != value.npos;
    }
  return false;
}

struct TerminalSize {
  std::size_t width = 80, rows = 24;
};

TerminalSize terminal_size() {
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return {};
  return {size.ws_col, size.ws_row};
}

}  // namespace

Screen::Screen() : terminal_(has_terminal()), display_(std::cout) {}

void Screen::show(const Look& look, Time now) {
  if (terminal_)
    show_live(look);
  else if (now >= next_line_)
    show_line(look.line(), now);
}

void Screen::show_last(const Look& look) {
  if (terminal_)
    show_live(look);
  else
    show_line(look.line(), {});
}

void Screen::show_live(const Look& look) {
  const auto size = terminal_size();
  display_.show(watch_lines(look.watched(), {.width = size.width,
                                             .colour = !is_set("NO_COLOR"),
                                             .unicode = writes_unicode()}),
                size.rows);
}

void Screen::show_line(const std::string& line, Time now) {
  if (line == last_) return;
  next_line_ = now + line_every;
  last_ = line;
  std::cout << line << std::endl;
}

}  // namespace weir

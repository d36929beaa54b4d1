#pragma once
// Where `weir watch` writes what it found.

#include <string>

#include "launcher/commands/look.h"
#include "launcher/display/live_display.h"
#include "src/core/clock.h"

namespace weir {

/// Standard output: over and over in place on a terminal, elsewhere a line when there is news. Used
/// by one thread.
class Screen {
 public:
  Screen();

  void show(const Look& look, Time now);
  /// Also what is no news yet.
  void show_last(const Look& look);

 private:
  void show_live(const Look& look);
  void show_line(const std::string& line, Time now);

  const bool terminal_;
  LiveDisplay display_;
  std::string last_;
  Time next_line_{};
};

}  // namespace weir

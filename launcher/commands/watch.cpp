// weir watch: a study as it goes on, from any machine that sees its directory.

#include <iostream>
#include <thread>

#include "launcher/commands/commands.h"
#include "launcher/commands/look.h"
#include "launcher/commands/screen.h"
#include "launcher/records/study_folder.h"
#include "src/core/error.h"
#include "src/core/interrupts.h"

namespace weir {
namespace {

constexpr Duration turn = std::chrono::milliseconds(100);
constexpr Duration look_every = std::chrono::seconds(1);
constexpr Duration patience = std::chrono::seconds(60);  ///< with a study that nobody drives

[[noreturn]] void give_up(const std::filesystem::path& folder) {
  throw Error(ErrorKind::environment,
              "no launcher is running, and nothing has happened for a minute; `weir run STUDY.json "
              "--output " +
                  folder.string() + " --resume` continues");
}

/// Waits for the next look; true when the user wants no more of them.
bool interrupted_before(Interrupts& interrupts, const Clock& clock, Time next) {
  while (clock.now() < next) {
    if (interrupts.take()) return true;
    std::this_thread::sleep_for(turn);
  }
  return false;
}

int watch_in_terminal(const std::filesystem::path& folder) {
  Look look(find_study_folder(posix_file_system(), folder));
  Interrupts interrupts;
  const SystemClock clock;
  Screen screen;
  auto pulse = look.pulse();
  Time heard = clock.now();
  while (true) {
    look.look();
    const Time now = clock.now();
    if (look.pulse() != pulse || !look.gone()) heard = now;
    pulse = look.pulse();
    if (look.over()) {
      screen.show_last(look);
      std::cout << end_text(*look.ended()) << std::endl;
      return code_of(*look.ended());
    }
    screen.show(look, now);
    if (!std::cout) return 0;  // the terminal or the reader is gone
    if (now - heard >= patience) give_up(folder);
    if (interrupted_before(interrupts, clock, now + look_every)) return 0;
  }
}

}  // namespace

int watch_command(const WatchOptions& options) {
  if (options.http) return serve_command(options);
  if (!options.listen.empty())
    throw Error(ErrorKind::input, "--listen " + options.listen +
                                      " says where a page is served; add --http to serve one");
  if (options.folders.size() > 1)
    throw Error(ErrorKind::input,
                "a terminal shows one study; give one directory, or --http for a page of all");
  return watch_in_terminal(options.folders.front());
}

}  // namespace weir

// weir watch: a study as it goes on, from any machine that sees its directory.

#include <csignal>
#include <cstdlib>
#include <ctime>
#include <iostream>
#include <string_view>
#include <thread>

#include <sys/ioctl.h>
#include <unistd.h>

#include "launcher/commands/commands.h"
#include "launcher/display/live_display.h"
#include "launcher/display/watch_view.h"
#include "launcher/records/failure_causes.h"
#include "launcher/records/journal.h"
#include "launcher/records/newest_checkpoint.h"
#include "launcher/records/presence.h"
#include "launcher/records/progress.h"
#include "launcher/records/study_folder.h"
#include "launcher/run/outcome.h"
#include "src/core/error.h"
#include "src/core/interrupts.h"
#include "src/study/parse.h"

namespace weir {
namespace {

constexpr Duration turn = std::chrono::milliseconds(100);
constexpr Duration look_every = std::chrono::seconds(1);
constexpr Duration line_every = std::chrono::seconds(5);
constexpr Duration patience = std::chrono::seconds(60);  ///< with a study that nobody drives

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

/// What a look at the study directory finds; a file that is being replaced is as it was before.
class Look {
 public:
  explicit Look(StudyDirectory directory)
      : directory_(std::move(directory)),
        name_(load_study(directory_.study()).name),
        losses_(directory_.metrics()) {}

  void look() {
    losses_.look();
    try {
      auto& files = posix_file_system();
      ended_ = read_summary(files, directory_);
      status_ = read_status(files, directory_);
      checkpoint_ = newest_checkpoint(files, directory_);
      causes_ = failure_causes(read_journal(files, directory_.run() / "journal.jsonl"));
    } catch (const Error&) {
    }
    gone_ = launcher_gone(status_, directory_, std::time(nullptr));
  }

  const std::optional<SummaryHead>& ended() const { return ended_; }
  bool gone() const { return gone_; }
  /// A summary of an earlier launcher is there as well while a later one goes on.
  bool over() const { return ended_ && (gone_ || (status_ && status_->phase == "ended")); }
  /// Changes with every sign of life.
  std::pair<std::int64_t, std::uint64_t> pulse() const {
    return {status_ ? status_->time : 0, losses_.bytes()};
  }
  Watched watched() const {
    return {name_, status_, losses_, checkpoint_, causes_, gone_, std::time(nullptr)};
  }
  std::string line() const {
    if (!status_)
      return gone_ ? "no launcher is running" : "its launcher has written no status yet";
    std::string text = progress_line(status_->snapshot);
    for (const auto& cause : causes_lines(causes_, /*most=*/10)) text += " | failed " + cause;
    return text + (gone_ ? " | no launcher is running" : "");
  }

 private:
  StudyDirectory directory_;
  std::string name_;
  LossHistory losses_;
  std::optional<SummaryHead> ended_;
  std::optional<LauncherStatus> status_;
  std::optional<PublishedCheckpoint> checkpoint_;
  std::vector<std::pair<std::string, std::size_t>> causes_;
  bool gone_ = false;
};

/// Writes what was found: over and over in place, or a line when there is news.
class Screen {
 public:
  Screen() : terminal_(has_terminal()), display_(std::cout) {}

  void show(const Look& look, Time now) {
    if (terminal_)
      show_live(look);
    else if (now >= next_line_)
      show_line(look.line(), now);
  }
  void show_last(const Look& look) {
    if (terminal_)
      show_live(look);
    else
      show_line(look.line(), {});
  }

 private:
  void show_live(const Look& look) {
    const auto size = terminal_size();
    display_.show(watch_lines(look.watched(), {.width = size.width,
                                               .colour = !is_set("NO_COLOR"),
                                               .unicode = writes_unicode()}),
                  size.rows);
  }
  void show_line(const std::string& line, Time now) {
    if (line == last_) return;
    next_line_ = now + line_every;
    last_ = line;
    std::cout << line << std::endl;
  }

  const bool terminal_;
  LiveDisplay display_;
  std::string last_;
  Time next_line_{};
};

int code_of(const SummaryHead& head) {
  if (head.status == "done") return 0;
  return static_cast<int>(head.status == "stopped" ? ErrorKind::interrupted : ErrorKind::study);
}

int say_ended(const SummaryHead& head) {
  std::cout << "the study has ended: " << head.status
            << (head.reason.empty() ? "" : ": " + head.reason) << std::endl;
  return code_of(head);
}

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

}  // namespace

int watch_command(const std::filesystem::path& folder) {
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
      return say_ended(*look.ended());
    }
    screen.show(look, now);
    if (!std::cout) return 0;  // the terminal or the reader is gone
    if (now - heard >= patience) give_up(folder);
    if (interrupted_before(interrupts, clock, now + look_every)) return 0;
  }
}

}  // namespace weir

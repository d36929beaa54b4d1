#include "launcher/schedulers/command_runner.h"

#include <array>
#include <cerrno>
#include <string_view>

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "src/core/error.h"
#include "src/core/process.h"

namespace weir {
namespace {

constexpr std::size_t most_output = std::size_t{16} << 20;

/// What a command writes, in memory: nothing is left behind, whatever ends this process.
class Capture {
 public:
  explicit Capture(const char* name) : fd_(memfd_create(name, MFD_CLOEXEC)) {
    if (fd_ < 0)
      throw Error(ErrorKind::environment,
                  std::string("no memory for the output of a command: ") + strerror(errno));
  }
  ~Capture() { close(fd_); }
  Capture(const Capture&) = delete;
  Capture& operator=(const Capture&) = delete;

  std::filesystem::path path() const { return "/proc/self/fd/" + std::to_string(fd_); }

  std::string text() const {
    std::string result;
    std::array<char, 65536> piece{};
    while (result.size() < most_output) {
      const auto got = pread(fd_, piece.data(), std::min(piece.size(), most_output - result.size()),
                             static_cast<off_t>(result.size()));
      if (got <= 0) break;
      result.append(piece.data(), static_cast<std::size_t>(got));
    }
    return result;
  }

 private:
  int fd_;
};

std::string_view last_line_of(std::string_view text) {
  const auto end = text.find_last_not_of(" \t\r\n");
  if (end == std::string_view::npos) return {};
  text = text.substr(0, end + 1);
  const auto newline = text.rfind('\n');
  return newline == std::string_view::npos ? text : text.substr(newline + 1);
}

}  // namespace

std::string CommandResult::describe() const {
  const std::string how =
      timed_out ? "no answer in time" : "exit code " + std::to_string(exit_code);
  const auto line = last_line_of(err);
  return line.empty() ? how : how + ": " + std::string(line);
}

CommandResult ProcessCommandRunner::run(const std::vector<std::string>& command, Duration deadline,
                                        const std::vector<std::string>& without) {
  const Capture out("weir-stdout"), err("weir-stderr");
  auto process = Process::spawn({.command = command,
                                 .environment = {},
                                 .directory = {},
                                 .log = out.path(),
                                 .errors = err.path(),
                                 .without = without});
  CommandResult result;
  const auto end = process.wait(deadline);
  if (end) {
    result.exit_code = end->signal == 0 ? end->exit_code : 128 + end->signal;
  } else {
    result.timed_out = true;
    process.kill_tree();
  }
  result.out = out.text();
  result.err = err.text();
  return result;
}

}  // namespace weir

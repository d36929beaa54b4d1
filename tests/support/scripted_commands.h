#pragma once
// A runner of commands that runs none: a test scripts what each program answers, and sees what was
// asked.

#include <algorithm>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "launcher/schedulers/command_runner.h"
#include "src/core/error.h"

namespace weir::test {

inline CommandResult prints(std::string out) {
  return {.exit_code = 0, .timed_out = false, .out = std::move(out), .err = ""};
}
inline CommandResult fails(std::string err, int exit_code = 1) {
  return {.exit_code = exit_code, .timed_out = false, .out = "", .err = std::move(err)};
}
inline CommandResult hangs() { return {.exit_code = 0, .timed_out = true, .out = "", .err = ""}; }

/// A program without an answer is not there.
class ScriptedCommands final : public CommandRunner {
 public:
  using Answer = std::function<CommandResult(const std::vector<std::string>& command)>;

  void answer(const std::string& program, Answer answer) { answers_[program] = std::move(answer); }
  void answer(const std::string& program, const CommandResult& always) {
    answer(program, [always](const auto&) { return always; });
  }

  CommandResult run(const std::vector<std::string>& command, Duration,
                    const std::vector<std::string>& without) override {
    commands_.push_back(command);
    without_ = without;
    const auto found = answers_.find(command.at(0));
    if (found == answers_.end())
      throw Error(ErrorKind::environment, "cannot start '" + command[0] + "': No such file");
    return found->second(command);
  }

  const std::vector<std::vector<std::string>>& commands() const { return commands_; }
  std::vector<std::vector<std::string>> commands(const std::string& program) const {
    std::vector<std::vector<std::string>> found;
    for (const auto& command : commands_)
      if (command.at(0) == program) found.push_back(command);
    return found;
  }
  /// Variables that the last one did not get.
  const std::vector<std::string>& without() const { return without_; }
  std::size_t count(const std::string& program) const { return commands(program).size(); }

 private:
  std::map<std::string, Answer> answers_;
  std::vector<std::vector<std::string>> commands_;
  std::vector<std::string> without_;
};

}  // namespace weir::test

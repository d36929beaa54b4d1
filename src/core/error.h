#pragma once
// The one exception of weir: what went wrong, where, and what mends it.

#include <stdexcept>
#include <string>

namespace weir {

/// Whose fault an error is; it decides the exit code of a command.
enum class ErrorKind {
  study = 1,        ///< the study failed while it ran
  input = 2,        ///< the user's input is wrong: usage, study file, data set
  environment = 3,  ///< the machine is: a missing tool, no room, no permission, nobody answers
  interrupted = 130,
};

/// Thrown for the user's and the world's errors. A bug is an assertion, never an Error.
/// `what()` names the value, the place and the fix, in one sentence without a final full stop.
class Error : public std::runtime_error {
 public:
  Error(ErrorKind kind, const std::string& text) : std::runtime_error(text), kind_(kind) {}
  ErrorKind kind() const noexcept { return kind_; }
  int exit_code() const noexcept { return static_cast<int>(kind_); }

 private:
  ErrorKind kind_;
};

}  // namespace weir

#pragma once
// What a look at a study or at its place has found.

#include <string>
#include <vector>

#include "src/core/error.h"

namespace weir {

enum class Severity { ok, warning, error };

/// One thing that was looked at. `text` is one line; of an error or a warning it names the fix.
struct Finding {
  Severity severity = Severity::ok;
  std::string subject;  ///< "memory", "simulation", …
  std::string text;
  ErrorKind kind = ErrorKind::environment;  ///< of an error
};

using Findings = std::vector<Finding>;

Finding ok(std::string subject, std::string text);
Finding warning(std::string subject, std::string text);
Finding wrong_study(std::string subject, std::string text);        ///< an error of the study file
Finding wrong_environment(std::string subject, std::string text);  ///< an error of the place

/// 'text'.
std::string quoted(const std::string& text);
/// "a, b, c"; "none" of nothing.
std::string listed(const std::vector<std::string>& items);
/// "12.5 MiB", "3.0 GiB".
std::string size_text(double bytes);

}  // namespace weir

#include "launcher/doctor/finding.h"

#include <array>
#include <cstdio>

namespace weir {

Finding ok(std::string subject, std::string text) {
  return {Severity::ok, std::move(subject), std::move(text), {}};
}

Finding warning(std::string subject, std::string text) {
  return {Severity::warning, std::move(subject), std::move(text), {}};
}

Finding wrong_study(std::string subject, std::string text) {
  return {Severity::error, std::move(subject), std::move(text), ErrorKind::input};
}

Finding wrong_environment(std::string subject, std::string text) {
  return {Severity::error, std::move(subject), std::move(text), ErrorKind::environment};
}

std::string quoted(const std::string& text) {
  std::string result = "'";
  return result.append(text).append("'");
}

std::string listed(const std::vector<std::string>& items) {
  std::string text;
  for (const auto& item : items) text.append(text.empty() ? "" : ", ").append(item);
  return text.empty() ? "none" : text;
}

std::string size_text(double bytes) {
  std::array<char, 32> text{};
  const bool large = bytes >= 1024.0 * 1024 * 1024;
  std::snprintf(text.data(), text.size(), large ? "%.1f GiB" : "%.1f MiB",
                bytes / (1024.0 * 1024) / (large ? 1024 : 1));
  return text.data();
}

}  // namespace weir

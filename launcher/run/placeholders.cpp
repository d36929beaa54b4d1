#include "launcher/run/placeholders.h"

namespace weir {
namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Where the placeholder that opens at `open` closes; npos when it is none.
std::size_t closing_brace(const std::string& text, std::size_t open) {
  std::size_t at = open + 1;
  if (at >= text.size() || !is_letter(text[at])) return std::string::npos;
  while (at < text.size() && (is_letter(text[at]) || is_digit(text[at]))) ++at;
  return at < text.size() && text[at] == '}' ? at : std::string::npos;
}

}  // namespace

std::string fill_placeholders(const std::string& text, const PlaceholderValues& values) {
  std::string result;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const auto close = text[at] == '{' ? closing_brace(text, at) : std::string::npos;
    if (close == std::string::npos) {
      result += text[at];
      continue;
    }
    const auto found = values.find(text.substr(at + 1, close - at - 1));
    result += found == values.end() ? text.substr(at, close - at + 1) : found->second;
    at = close;
  }
  return result;
}

std::vector<std::string> placeholder_names(const std::string& text) {
  std::vector<std::string> names;
  for (auto at = text.find('{'); at != std::string::npos; at = text.find('{', at + 1)) {
    const auto close = closing_brace(text, at);
    if (close != std::string::npos) names.push_back(text.substr(at + 1, close - at - 1));
  }
  return names;
}

}  // namespace weir

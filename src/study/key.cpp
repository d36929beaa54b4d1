#include "src/study/key.h"

#include <algorithm>
#include <cmath>

#include "src/core/number_text.h"

namespace weir {
namespace {

// Not <cctype>: what a study may say must not depend on the locale.
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_identifier(std::string_view text) {
  const auto inner = [](char c) { return is_letter(c) || is_digit(c) || c == '_'; };
  return !text.empty() && !is_digit(text[0]) && std::all_of(text.begin(), text.end(), inner);
}

bool is_label(std::string_view text) {
  const auto inner = [](char c) {
    return is_letter(c) || is_digit(c) || c == '_' || c == '-' || c == '.';
  };
  return !text.empty() && (is_letter(text[0]) || is_digit(text[0])) &&
         std::all_of(text.begin(), text.end(), inner);
}

/// One printable line: it reaches a command as a part of one argument, and must not be an option.
bool is_option_value(std::string_view text) {
  const auto printable = [](char c) { return c >= ' ' && c <= '~'; };
  return !text.starts_with('-') && std::all_of(text.begin(), text.end(), printable);
}

}  // namespace

std::string Range::text() const {
  std::string low, high;
  if (std::isfinite(least))
    low = (above_least ? "greater than " : "at least ") + number_text(least, 15);
  if (std::isfinite(most)) high = (below_most ? "less than " : "at most ") + number_text(most, 15);
  if (low.empty()) return high;
  return high.empty() ? low : low + " and " + high;
}

bool has_form(std::string_view text, Form form) {
  if (form == Form::identifier) return is_identifier(text);
  if (form == Form::label) return is_label(text);
  if (form == Form::option) return is_option_value(text);
  return true;
}

}  // namespace weir

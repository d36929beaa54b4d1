#pragma once
// A number as text, the same whatever the locale.

#include <charconv>
#include <string>

namespace weir {

/// "0.1", "1e-09", "123457": with so many digits at most, at most 17.
inline std::string number_text(double value, int digits = 6) {
  char text[32];
  const auto end =
      std::to_chars(text, text + sizeof text, value, std::chars_format::general, digits).ptr;
  return {text, end};
}

/// With as few digits, from 15 on, as read back to the same bits.
inline std::string exact_number_text(double value) {
  for (int digits = 15; digits < 17; ++digits) {
    const std::string text = number_text(value, digits);
    double back = 0;
    std::from_chars(text.data(), text.data() + text.size(), back);
    if (back == value) return text;
  }
  return number_text(value, 17);
}

}  // namespace weir

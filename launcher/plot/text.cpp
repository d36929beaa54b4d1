#include "launcher/plot/text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdio>

namespace weir::plot {
namespace {

constexpr const char* replacement = "\xef\xbf\xbd";

/// Bytes of the UTF-8 character that `text` begins with; 0 when it begins with none.
std::size_t character_size(std::string_view text) {
  const auto byte = [&](std::size_t k) { return static_cast<std::uint8_t>(text[k]); };
  const std::uint8_t first = byte(0);
  const std::size_t size = first < 0x80                    ? 1
                           : first >= 0xc2 && first < 0xe0 ? 2
                           : first >= 0xe0 && first < 0xf0 ? 3
                           : first >= 0xf0 && first < 0xf5 ? 4
                                                           : 0;
  if (size == 0 || size > text.size()) return 0;
  for (std::size_t k = 1; k < size; ++k)
    if ((byte(k) & 0xc0) != 0x80) return 0;
  const bool overlong = (first == 0xe0 && byte(1) < 0xa0) || (first == 0xf0 && byte(1) < 0x90);
  const bool beyond = (first == 0xed && byte(1) >= 0xa0) || (first == 0xf4 && byte(1) >= 0x90);
  return overlong || beyond ? 0 : size;
}

std::string_view entity(char c) {
  switch (c) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '"':
      return "&quot;";
    case '\'':
      return "&#39;";
    default:
      return {};
  }
}

bool is_control(char c) {
  const auto byte = static_cast<std::uint8_t>(c);
  return (byte < 0x20 && c != '\n' && c != '\t') || byte == 0x7f;
}

std::string superscript(int exponent) {
  constexpr std::array<const char*, 10> digits = {"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};
  std::string text;
  for (const char digit : std::to_string(exponent))
    text += digit == '-' ? "⁻" : digits[static_cast<std::size_t>(digit - '0')];
  return text;
}

std::string fixed(double value, int decimals) {
  char text[400];
  std::snprintf(text, sizeof text, "%.*f", decimals, value);
  return text;
}

std::string without_trailing_zeros(std::string text) {
  if (text.find('.') == std::string::npos) return text;
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

/// "12500" → "12 500", with narrow spaces that no line breaks at.
std::string grouped(std::string text) {
  const auto point = std::min(text.find('.'), text.size());
  const std::size_t first = text.starts_with('-') ? 1 : 0;
  if (point - first <= 4) return text;
  for (std::size_t k = point - 3; k > first; k = k > 3 ? k - 3 : 0) text.insert(k, "\u202f");
  return text;
}

std::string with_minus(std::string text) {
  if (text.starts_with('-')) text.replace(0, 1, "−");
  return text;
}

int exponent_of(double value) { return static_cast<int>(std::floor(std::log10(std::abs(value)))); }

/// `digits` after the first one of the mantissa.
std::string scientific(double value, int digits) {
  int exponent = exponent_of(value);
  std::string mantissa = without_trailing_zeros(fixed(value / std::pow(10.0, exponent), digits));
  if (mantissa == "10" || mantissa == "-10") {  // rounded up
    mantissa.pop_back();
    ++exponent;
  }
  const std::string power = "10" + superscript(exponent);
  if (mantissa == "1") return power;
  if (mantissa == "-1") return "−" + power;
  return with_minus(mantissa) + "×" + power;
}

bool wants_power(double value) {
  const double size = std::abs(value);
  return size >= 1e6 || (size > 0 && size < 1e-3);
}

std::string not_finite(double value) {
  if (std::isnan(value)) return "–";
  return value > 0 ? "∞" : "−∞";
}

}  // namespace

std::string escaped(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto size = character_size(text);
    if (size == 0 || is_control(text.front()))
      out += replacement;
    else if (const auto special = entity(text.front()); !special.empty())
      out += special;
    else
      out += text.substr(0, size);
    text.remove_prefix(std::max<std::size_t>(size, 1));
  }
  return out;
}

std::string number(double value) {
  if (!std::isfinite(value)) return not_finite(value);
  if (value == 0) return "0";
  if (wants_power(value) && !(value == std::round(value) && std::abs(value) < 1e9))
    return scientific(value, 3);
  const int decimals = std::clamp(3 - exponent_of(value), 0, 12);
  return with_minus(grouped(without_trailing_zeros(fixed(value, decimals))));
}

std::string tick_number(double value, double step) {
  if (!std::isfinite(value)) return not_finite(value);
  if (std::abs(value) < std::abs(step) * 1e-9) return "0";
  if (wants_power(value)) {
    const int digits = step > 0 ? std::clamp(exponent_of(value) - exponent_of(step), 0, 12) : 3;
    return scientific(value, digits);
  }
  const int decimals = step > 0 ? std::clamp(-exponent_of(step * 1.0000001), 0, 12) : 3;
  return with_minus(grouped(fixed(value, decimals)));
}

std::string coordinate(double pixels) {
  if (!std::isfinite(pixels)) return "0";
  char text[32];
  const double rounded = std::round(pixels * 10) / 10 + 0.0;
  const auto end = std::to_chars(text, text + sizeof text, rounded).ptr;
  return {text, end};
}

}  // namespace weir::plot

#include "src/raster/png.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <cstdint>
#include <string_view>

namespace weir::plot {
namespace {

constexpr int colours = 255;  // of the palette, behind the transparent entry 0

void add_number(std::string& bytes, std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(value >> shift & 0xff);
}

std::uint32_t crc32(std::string_view bytes) {
  static const auto table = [] {
    std::array<std::uint32_t, 256> entries{};
    for (std::uint32_t k = 0; k < entries.size(); ++k) {
      std::uint32_t c = k;
      for (int bit = 0; bit < 8; ++bit) c = (c & 1) != 0 ? 0xedb88320U ^ (c >> 1) : c >> 1;
      entries[k] = c;
    }
    return entries;
  }();
  std::uint32_t crc = 0xffffffffU;
  for (const char byte : bytes)
    crc = table[(crc ^ static_cast<std::uint8_t>(byte)) & 0xff] ^ (crc >> 8);
  return crc ^ 0xffffffffU;
}

std::uint32_t adler32(std::string_view bytes) {
  constexpr std::uint32_t prime = 65521;
  std::uint32_t a = 1, b = 0;
  for (const char byte : bytes) {
    a = (a + static_cast<std::uint8_t>(byte)) % prime;
    b = (b + a) % prime;
  }
  return b << 16 | a;
}

void add_chunk(std::string& bytes, std::string_view kind, std::string_view content) {
  add_number(bytes, static_cast<std::uint32_t>(content.size()));
  const std::string body = std::string(kind).append(content);
  bytes += body;
  add_number(bytes, crc32(body));
}

/// A zlib stream of stored blocks (RFC 1950, 1951): what is small already needs no compression.
std::string stored(std::string_view content) {
  constexpr std::size_t largest = 65535;
  std::string stream = "\x78\x01";
  for (std::size_t first = 0; first < content.size(); first += largest) {
    const auto part = content.substr(first, largest);
    const auto size = static_cast<std::uint16_t>(part.size());
    stream += first + largest >= content.size() ? '\1' : '\0';
    for (const std::uint16_t word : {size, static_cast<std::uint16_t>(~size)})
      (stream += static_cast<char>(word & 0xff)) += static_cast<char>(word >> 8);
    stream += part;
  }
  add_number(stream, adler32(content));
  return stream;
}

std::string header(const Table& table) {
  std::string text;
  add_number(text, static_cast<std::uint32_t>(table.columns));
  add_number(text, static_cast<std::uint32_t>(table.rows));
  return text += {'\x08', '\x03', '\0', '\0', '\0'};  // 8 bits, a palette
}

std::string palette(ColourMap map) {
  std::string text(3, '\0');
  for (int k = 0; k < colours; ++k) {
    const Colour colour = colour_at(map, k / (colours - 1.0));
    for (const auto part : {colour.red, colour.green, colour.blue}) text += static_cast<char>(part);
  }
  return text;
}

char index_of(double value, const Range& range) {
  if (!std::isfinite(value)) return 0;
  const double position = (value - range.lower) / (range.upper - range.lower);
  return static_cast<char>(1 + std::lround(std::clamp(position, 0.0, 1.0) * (colours - 1)));
}

std::string pixels(const Table& table, const Range& range) {
  std::string text;
  text.reserve(table.rows * (table.columns + 1));
  for (std::size_t row = 0; row < table.rows; ++row) {
    text += '\0';  // no filter
    for (std::size_t column = 0; column < table.columns; ++column)
      text += index_of(table.values[row * table.columns + column], range);
  }
  return text;
}

}  // namespace

std::string png(const Table& table, ColourMap map, const Range& range) {
  assert(table.rows > 0 && table.columns > 0);
  assert(table.values.size() == table.rows * table.columns);
  std::string bytes = "\x89PNG\r\n\x1a\n";
  add_chunk(bytes, "IHDR", header(table));
  add_chunk(bytes, "PLTE", palette(map));
  add_chunk(bytes, "tRNS", std::string(1, '\0'));
  add_chunk(bytes, "IDAT", stored(pixels(table, range)));
  add_chunk(bytes, "IEND", {});
  return bytes;
}

std::string data_uri(const std::string& png) {
  constexpr std::string_view digits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text = "data:image/png;base64,";
  for (std::size_t k = 0; k < png.size(); k += 3) {
    std::uint32_t word = 0;
    for (std::size_t i = 0; i < 3; ++i)
      word = word << 8 | (k + i < png.size() ? static_cast<std::uint8_t>(png[k + i]) : 0);
    for (std::size_t i = 0; i < 4; ++i)
      text += k + i <= png.size() ? digits[word >> (18 - 6 * i) & 63] : '=';
  }
  return text;
}

}  // namespace weir::plot

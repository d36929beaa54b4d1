#pragma once
// CRC-32C (Castagnoli), the checksum of weir's own files and of TensorBoard's records.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace weir {

namespace detail {
constexpr std::array<std::uint32_t, 256> crc32c_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) ? 0x82f63b78u : 0u);
    table[byte] = crc;
  }
  return table;
}
}  // namespace detail

/// Of `bytes`, going on from the checksum of what stands before them. Source: RFC 3720, appendix
/// B.4.
inline std::uint32_t crc32c(std::string_view bytes, std::uint32_t before = 0) {
  static constexpr auto table = detail::crc32c_table();
  std::uint32_t crc = ~before;
  for (const char c : bytes) crc = (crc >> 8) ^ table[(crc ^ static_cast<unsigned char>(c)) & 0xff];
  return ~crc;
}

}  // namespace weir

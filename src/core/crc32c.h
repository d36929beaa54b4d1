#pragma once
// CRC-32C (Castagnoli), the checksum of weir's own files and of TensorBoard's records.

#include <cstdint>
#include <string_view>

namespace weir {

/// Of `bytes`, going on from the checksum of what stands before them. Source: RFC 3720, appendix
/// B.4. Uses the processor's instruction where there is one. Thread-safe.
std::uint32_t crc32c(std::string_view bytes, std::uint32_t before = 0);

/// The same without that instruction.
std::uint32_t crc32c_portable(std::string_view bytes, std::uint32_t before = 0);

}  // namespace weir

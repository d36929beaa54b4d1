#pragma once
// Little-endian numbers in unaligned bytes, the same on every machine.

#include <algorithm>
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstring>

namespace weir {

template <std::unsigned_integral T>
void store_little(T value, std::byte* to) {
  std::memcpy(to, &value, sizeof(T));
  if constexpr (std::endian::native == std::endian::big) std::reverse(to, to + sizeof(T));
}

template <std::unsigned_integral T>
T load_little(const std::byte* from) {
  std::byte bytes[sizeof(T)];
  std::memcpy(bytes, from, sizeof(T));
  if constexpr (std::endian::native == std::endian::big) std::reverse(bytes, bytes + sizeof(T));
  T value;
  std::memcpy(&value, bytes, sizeof(T));
  return value;
}

}  // namespace weir

#pragma once
// A protobuf message under construction; nothing but the encoding is needed of protobuf. Source:
// the encoding's description (wire types 0, 1, 2, 5).

#include <bit>
#include <cstdint>
#include <string>
#include <string_view>

#include "src/core/byte_order.h"

namespace weir {

/// Appends the lowest byte first, on every machine.
template <std::unsigned_integral Word>
void put_little_endian(std::string& bytes, Word value) {
  std::byte little[sizeof(Word)];
  store_little(value, little);
  bytes.append(reinterpret_cast<const char*>(little), sizeof(Word));
}

/// Fields come in the order of the calls; a repeated field is put once for each of its values.
class ProtobufMessage {
 public:
  void put(int field, std::uint64_t value) {
    tag(field, 0);
    varint(value);
  }
  void put(int field, double value) {
    tag(field, 1);
    put_little_endian(bytes_, std::bit_cast<std::uint64_t>(value));
  }
  void put(int field, float value) {
    tag(field, 5);
    put_little_endian(bytes_, std::bit_cast<std::uint32_t>(value));
  }
  void put(int field, std::string_view text) {
    announce(field, text.size());
    bytes_ += text;
  }
  void put(int field, const ProtobufMessage& message) {
    put(field, std::string_view(message.bytes_));
  }
  /// Says that so many bytes follow, of a text or a message, which the caller appends behind what
  /// is here.
  void announce(int field, std::uint64_t size) {
    tag(field, 2);
    varint(size);
  }
  const std::string& bytes() const { return bytes_; }

 private:
  void tag(int field, int type) { varint(static_cast<std::uint64_t>(field * 8 + type)); }
  void varint(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) bytes_ += static_cast<char>((value & 0x7f) | 0x80);
    bytes_ += static_cast<char>(value);
  }
  std::string bytes_;
};

}  // namespace weir

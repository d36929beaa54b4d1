#include "event_reader.h"

#include <cstring>

#include <gtest/gtest.h>

#include "src/core/crc32c.h"

namespace weir::test {
namespace {

template <class T>
T fixed(std::string_view bytes) {
  T value{};
  if (bytes.size() < sizeof(T)) {
    ADD_FAILURE() << "cut in the middle of a number";
    return value;
  }
  std::memcpy(&value, bytes.data(), sizeof(T));
  return value;
}

std::uint64_t varint(std::string_view& bytes) {
  std::uint64_t value = 0;
  for (int shift = 0; !bytes.empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(bytes.front());
    bytes.remove_prefix(1);
    value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
    if (byte < 0x80) return value;
  }
  ADD_FAILURE() << "cut in the middle of a varint";
  return value;
}

void expect_checksum(std::string_view bytes, std::uint32_t stated) {
  const std::uint32_t crc = crc32c(bytes);
  EXPECT_EQ(stated, ((crc >> 15) | (crc << 17)) + 0xa282ead8u);
}

}  // namespace

std::vector<ProtoField> proto_fields(std::string_view message) {
  std::vector<ProtoField> fields;
  while (!message.empty()) {
    const std::uint64_t tag = varint(message);
    ProtoField field{.number = tag / 8, .bits = 0, .text = {}};
    std::size_t size = 0;
    switch (tag % 8) {
      case 0:
        field.bits = varint(message);
        break;
      case 1:
        field.bits = fixed<std::uint64_t>(message), size = 8;
        break;
      case 2:
        size = varint(message), field.text = message.substr(0, size);
        break;
      case 5:
        field.bits = fixed<std::uint32_t>(message), size = 4;
        break;
      default:
        ADD_FAILURE() << "wire type " << tag % 8;
        return fields;
    }
    message.remove_prefix(std::min(size, message.size()));
    fields.push_back(field);
  }
  return fields;
}

ProtoField proto_field(std::string_view message, std::uint64_t number) {
  ProtoField found;
  int times = 0;
  for (const auto& field : proto_fields(message)) {
    if (field.number == number) found = field, ++times;
  }
  EXPECT_EQ(times, 1) << "field " << number;
  return found;
}

double as_double(const ProtoField& field) {
  double value;
  std::memcpy(&value, &field.bits, sizeof value);
  return value;
}

float as_float(const ProtoField& field) {
  float value;
  std::memcpy(&value, &field.bits, sizeof value);
  return value;
}

std::vector<double> as_doubles(std::string_view packed) {
  std::vector<double> values(packed.size() / 8);
  std::memcpy(values.data(), packed.data(), values.size() * 8);
  return values;
}

std::vector<std::string_view> events_of(std::string_view file) {
  std::vector<std::string_view> events;
  while (!file.empty()) {
    const auto length = fixed<std::uint64_t>(file);
    if (file.size() < 16 || file.size() - 16 < length) {
      ADD_FAILURE() << "a record is cut";
      break;
    }
    expect_checksum(file.substr(0, 8), fixed<std::uint32_t>(file.substr(8)));
    expect_checksum(file.substr(12, length), fixed<std::uint32_t>(file.substr(12 + length)));
    events.push_back(file.substr(12, length));
    file.remove_prefix(16 + length);
  }
  return events;
}

}  // namespace weir::test

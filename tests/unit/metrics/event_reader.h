#pragma once
// Reads an event file back, written apart from the code that writes it.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace weir::test {

/// A protobuf message taken apart: the fields in their order, numbers as their bits.
struct ProtoField {
  std::uint64_t number = 0, bits = 0;
  std::string_view text;
};
std::vector<ProtoField> proto_fields(std::string_view message);
/// The field `number`; a test failure when there is not exactly one.
ProtoField proto_field(std::string_view message, std::uint64_t number);
double as_double(const ProtoField& field);
float as_float(const ProtoField& field);
std::vector<double> as_doubles(std::string_view packed);

/// The events of a file; a test failure when a length or a checksum is wrong.
std::vector<std::string_view> events_of(std::string_view file);

}  // namespace weir::test

#include "server/metrics/tensorboard.h"

#include <bit>

#include "src/core/crc32c.h"
#include "src/core/protobuf.h"

namespace weir::tensorboard {
namespace {

/// Packed: a field that holds all values.
void put(ProtobufMessage& message, int field, const std::vector<double>& values) {
  std::string bytes;
  for (const double value : values) put_little_endian(bytes, std::bit_cast<std::uint64_t>(value));
  message.put(field, std::string_view(bytes));
}

namespace event {
constexpr int wall_time = 1, step = 2, file_version = 3, summary = 5, session_log = 7;
}
namespace session_log {
constexpr int status = 1;
constexpr std::uint64_t start = 1;
}  // namespace session_log
namespace summary {
constexpr int value = 1;
}
namespace value {
constexpr int tag = 1, simple_value = 2, histogram = 5;
}
namespace proto {
constexpr int min = 1, max = 2, count = 3, sum = 4, sum_squares = 5, bucket_limit = 6, bucket = 7;
}

/// Checksums of data that hold checksums are masked: rotated, and a constant added.
std::uint32_t masked_crc(std::string_view bytes) {
  return std::rotr(crc32c(bytes), 15) + 0xa282ead8u;
}

std::string record(const ProtobufMessage& message) {
  std::string bytes;
  put_little_endian(bytes, static_cast<std::uint64_t>(message.bytes().size()));
  put_little_endian(bytes, masked_crc(bytes));
  bytes += message.bytes();
  put_little_endian(bytes, masked_crc(message.bytes()));
  return bytes;
}

std::string event_with(Stamp stamp, const ProtobufMessage& content) {
  ProtobufMessage list, message;
  list.put(summary::value, content);
  message.put(event::wall_time, stamp.wall_time);
  message.put(event::step, stamp.step);
  message.put(event::summary, list);
  return record(message);
}

ProtobufMessage histogram_message(const std::vector<double>& counts) {
  double least = 0, greatest = 0, count = 0, sum = 0, squares = 0;
  std::vector<double> limits;
  for (std::size_t k = 0; k < counts.size(); ++k) {
    const auto number = static_cast<double>(k);
    if (counts[k] > 0) {
      if (count == 0) least = number;
      greatest = number;
    }
    count += counts[k];
    sum += counts[k] * number;
    squares += counts[k] * number * number;
    limits.push_back(number + 0.5);
  }
  ProtobufMessage message;
  message.put(proto::min, least);
  message.put(proto::max, greatest);
  message.put(proto::count, count);
  message.put(proto::sum, sum);
  message.put(proto::sum_squares, squares);
  put(message, proto::bucket_limit, limits);
  put(message, proto::bucket, counts);
  return message;
}

}  // namespace

std::string file_start(double wall_time) {
  ProtobufMessage message;
  message.put(event::wall_time, wall_time);
  message.put(event::file_version, std::string_view("brain.Event:2"));
  return record(message);
}

std::string restart(Stamp stamp) {
  ProtobufMessage content, message;
  content.put(session_log::status, session_log::start);
  message.put(event::wall_time, stamp.wall_time);
  message.put(event::step, stamp.step);
  message.put(event::session_log, content);
  return record(message);
}

std::string scalar(Stamp stamp, std::string_view tag, double number) {
  ProtobufMessage content;
  content.put(value::tag, tag);
  content.put(value::simple_value, static_cast<float>(number));
  return event_with(stamp, content);
}

std::string histogram(Stamp stamp, std::string_view tag, const std::vector<double>& counts) {
  ProtobufMessage content;
  content.put(value::tag, tag);
  content.put(value::histogram, histogram_message(counts));
  return event_with(stamp, content);
}

}  // namespace weir::tensorboard

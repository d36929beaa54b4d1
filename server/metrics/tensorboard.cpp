#include "server/metrics/tensorboard.h"

#include <bit>

#include "src/core/crc32c.h"

namespace weir::tensorboard {
namespace {

template <class Word>
void put_little_endian(std::string& bytes, Word value) {
  for (std::size_t k = 0; k < sizeof(Word); ++k)
    bytes += static_cast<char>((value >> (8 * k)) & 0xff);
}

/// A protobuf message under construction. Source: the protobuf encoding's description (wire types
/// 0, 1, 2, 5).
class Message {
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
    tag(field, 2);
    varint(text.size());
    bytes_ += text;
  }
  void put(int field, const Message& message) { put(field, std::string_view(message.bytes_)); }
  void put(int field, const std::vector<double>& packed) {
    std::string bytes;
    for (const double value : packed) put_little_endian(bytes, std::bit_cast<std::uint64_t>(value));
    put(field, std::string_view(bytes));
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

std::string record(const Message& message) {
  std::string bytes;
  put_little_endian(bytes, static_cast<std::uint64_t>(message.bytes().size()));
  put_little_endian(bytes, masked_crc(bytes));
  bytes += message.bytes();
  put_little_endian(bytes, masked_crc(message.bytes()));
  return bytes;
}

std::string event_with(Stamp stamp, const Message& content) {
  Message list, message;
  list.put(summary::value, content);
  message.put(event::wall_time, stamp.wall_time);
  message.put(event::step, stamp.step);
  message.put(event::summary, list);
  return record(message);
}

Message histogram_message(const std::vector<double>& counts) {
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
  Message message;
  message.put(proto::min, least);
  message.put(proto::max, greatest);
  message.put(proto::count, count);
  message.put(proto::sum, sum);
  message.put(proto::sum_squares, squares);
  message.put(proto::bucket_limit, limits);
  message.put(proto::bucket, counts);
  return message;
}

}  // namespace

std::string file_start(double wall_time) {
  Message message;
  message.put(event::wall_time, wall_time);
  message.put(event::file_version, std::string_view("brain.Event:2"));
  return record(message);
}

std::string restart(Stamp stamp) {
  Message content, message;
  content.put(session_log::status, session_log::start);
  message.put(event::wall_time, stamp.wall_time);
  message.put(event::step, stamp.step);
  message.put(event::session_log, content);
  return record(message);
}

std::string scalar(Stamp stamp, std::string_view tag, double number) {
  Message content;
  content.put(value::tag, tag);
  content.put(value::simple_value, static_cast<float>(number));
  return event_with(stamp, content);
}

std::string histogram(Stamp stamp, std::string_view tag, const std::vector<double>& counts) {
  Message content;
  content.put(value::tag, tag);
  content.put(value::histogram, histogram_message(counts));
  return event_with(stamp, content);
}

}  // namespace weir::tensorboard

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
constexpr int tag = 1, simple_value = 2, histogram = 5, tensor = 8, metadata = 9;
}
namespace metadata {
constexpr int plugin = 1, description = 3, data_class = 4;
constexpr std::uint64_t blobs = 3;
}  // namespace metadata
namespace plugin {
constexpr int name = 1, content = 2;
}
namespace tensor {
constexpr int type = 1, shape = 2, texts = 8;
constexpr std::uint64_t float32 = 1, text = 7;
}  // namespace tensor
namespace shape {
constexpr int extent = 2, size = 1;
}
namespace hparams {
constexpr int start = 3, end = 4;
}
namespace start {
constexpr int settings = 1, time = 5;
}
namespace end {
constexpr int status = 1, time = 2;
constexpr std::uint64_t success = 1, failure = 2;
}  // namespace end
namespace entry {
constexpr int key = 1, value = 2;
}
namespace json {
constexpr int number = 2, text = 3, truth = 4;
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

/// Empty buckets beside each other are one: a few samples that were drawn very often make no large
/// message.
ProtobufMessage histogram_message(const std::vector<double>& counts) {
  double least = 0, greatest = 0, count = 0, sum = 0, squares = 0;
  std::vector<double> limits, buckets;
  for (std::size_t k = 0; k < counts.size(); ++k) {
    const auto number = static_cast<double>(k);
    if (counts[k] > 0) {
      if (count == 0) least = number;
      greatest = number;
    }
    count += counts[k];
    sum += counts[k] * number;
    squares += counts[k] * number * number;
    if (!buckets.empty() && counts[k] == 0 && buckets.back() == 0) {
      limits.back() = number + 0.5;
      continue;
    }
    limits.push_back(number + 0.5);
    buckets.push_back(counts[k]);
  }
  ProtobufMessage message;
  message.put(proto::min, least);
  message.put(proto::max, greatest);
  message.put(proto::count, count);
  message.put(proto::sum, sum);
  message.put(proto::sum_squares, squares);
  put(message, proto::bucket_limit, limits);
  put(message, proto::bucket, buckets);
  return message;
}

/// A message that is all in its metadata; its tensor has no values.
std::string hparams_event(double wall_time, std::string_view tag, const ProtobufMessage& message) {
  ProtobufMessage plugin, metadata, extents, tensor, content;
  plugin.put(plugin::name, std::string_view("hparams"));
  plugin.put(plugin::content, message);
  metadata.put(metadata::plugin, plugin);
  extents.put(shape::extent, ProtobufMessage());  // one, of 0
  tensor.put(tensor::type, tensor::float32);
  tensor.put(tensor::shape, extents);
  content.put(value::tag, tag);
  content.put(value::tensor, tensor);
  content.put(value::metadata, metadata);
  return event_with({.wall_time = wall_time, .step = 0}, content);
}

ProtobufMessage json_value(const SettingValue& setting) {
  ProtobufMessage message;
  if (const auto* truth = std::get_if<bool>(&setting))
    message.put(json::truth, static_cast<std::uint64_t>(*truth));
  else if (const auto* number = std::get_if<double>(&setting))
    message.put(json::number, *number);
  else
    message.put(json::text, std::string_view(std::get<std::string>(setting)));
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

std::string image(Stamp stamp, std::string_view tag, const Picture& picture,
                  std::string_view description) {
  ProtobufMessage extent, extents, tensor, plugin, metadata, content;
  extent.put(shape::size, std::uint64_t{3});
  extents.put(shape::extent, extent);
  tensor.put(tensor::type, tensor::text);
  tensor.put(tensor::shape, extents);
  for (const auto& part :
       {std::to_string(picture.width), std::to_string(picture.height), picture.png})
    tensor.put(tensor::texts, std::string_view(part));
  plugin.put(plugin::name, std::string_view("images"));
  metadata.put(metadata::plugin, plugin);
  metadata.put(metadata::description, description);
  metadata.put(metadata::data_class, metadata::blobs);
  content.put(value::tag, tag);
  content.put(value::tensor, tensor);
  content.put(value::metadata, metadata);
  return event_with(stamp, content);
}

std::string run_start(double wall_time, const Settings& settings) {
  ProtobufMessage info, message;
  for (const auto& [name, setting] : settings) {
    ProtobufMessage entry;
    entry.put(entry::key, std::string_view(name));
    entry.put(entry::value, json_value(setting));
    info.put(start::settings, entry);
  }
  info.put(start::time, wall_time);
  message.put(hparams::start, info);
  return hparams_event(wall_time, "_hparams_/session_start_info", message);
}

std::string run_end(double wall_time, bool success) {
  ProtobufMessage info, message;
  info.put(end::status, success ? end::success : end::failure);
  info.put(end::time, wall_time);
  message.put(hparams::end, info);
  return hparams_event(wall_time, "_hparams_/session_end_info", message);
}

}  // namespace weir::tensorboard

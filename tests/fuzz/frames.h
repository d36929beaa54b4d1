#pragma once
// Messages out of a fuzzer's input: of the right form, with any numbers.

#include <cstring>

#include "src/wire/channel.h"
#include "src/wire/message.h"
#include "tests/fuzz/fuzz.h"

namespace weir::fuzz {

template <class T>
std::vector<T> list_of(Input& input) {
  std::vector<T> list(input.byte() % 24);
  for (T& element : list) element = static_cast<T>(input.number());
  return list;
}

/// A DATA frame with `count` values of the input's, whatever its header says.
inline wire::Frame data_frame(Input& input, std::uint64_t epoch_or_sim) {
  wire::Data data{.sim = epoch_or_sim, .attempt = input.number(), .step = input.number()};
  data.field = static_cast<std::uint32_t>(input.number());
  data.offset = input.number();
  data.count = input.byte() % 16;
  auto frame = std::make_shared<wire::FrameBytes>(wire::header_size + data.count * sizeof(float));
  wire::encode_data_header(
      data, std::span<std::byte, wire::header_size>(frame->data(), wire::header_size));
  const auto values = input.bytes(data.count * sizeof(float));
  if (!values.empty()) std::memcpy(frame->data() + wire::header_size, values.data(), values.size());
  return frame;
}

/// The same of a part, with any box.
inline wire::Frame part_frame(Input& input, std::uint64_t sim) {
  wire::Data data{.sim = sim, .attempt = input.number(), .step = input.number()};
  data.field = static_cast<std::uint32_t>(input.number());
  data.offset = input.number();
  for (int axes = 1 + input.byte() % 3; axes > 0; --axes)
    data.box.push_back({input.number(), input.number(), input.number()});
  data.count = input.byte() % 16;
  auto frame =
      std::make_shared<wire::FrameBytes>(wire::data_prefix_size(data) + data.count * sizeof(float));
  wire::encode_data_prefix(data, std::span(frame->data(), wire::data_prefix_size(data)));
  return frame;
}

/// Bytes that need be no message.
inline wire::Frame raw_frame(Input& input) {
  const auto bytes = input.bytes(input.byte());
  auto frame = std::make_shared<wire::FrameBytes>(bytes.size());
  if (!bytes.empty()) std::memcpy(frame->data(), bytes.data(), bytes.size());
  return frame;
}

}  // namespace weir::fuzz

// The bytes of every message: there and back, and what happens to bytes that are wrong.

#include "src/wire/message.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include <gtest/gtest.h>

#include "src/core/error.h"
#include "src/core/random.h"

namespace weir::wire {
namespace {

constexpr std::uint64_t large = std::numeric_limits<std::uint64_t>::max() - 3;

/// One message of each kind, with values in every field.
std::vector<Message> one_of_each() {
  return {
      Hello{1, 2, 3, 4, 5, {0x81, 0x02}},
      Want{6, 7, 8, 9, 10},
      Data{10, 11, 12, 13, 14, /*count=*/5, /*time=*/-0.25},
      End{16, 17, 18, large},
      Ping{20},
      Welcome{1, 2, 3, {0.5, -1e300}, {0xff, 0x01}, {0x0f}, 4, Routing::by_simulation},
      Reject{RejectCode::lacking, "step 4 was lost"},
      Credit{21, 22},
      Accepted{23, {24, 25, large}},
      Durable{26, 27},
      Finished{28, 29, 30},
      Pong{31},
      LaunchHello{32, 33, {1, 2}, {0, large}, {1, 0}},
      LaunchRun{34, 35, {1.0, 2.0, 3.0}, "it was silent"},
      LaunchEnded{36, 37, JobEnd::never_started, "no such program"},
      LaunchAck{38, 39},
      LaunchStatus{1, 2, 3, 4, 5, 6, 7, 8, 0.25, std::nan(""), 1e9, 1, 2, large, 3},
      LaunchStop{"asked by the user"},
      LaunchStopping{},
  };
}

/// A whole frame: with the payload, for DATA.
std::vector<std::byte> frame_of(const Message& message) {
  auto frame = encode(message);
  if (const auto* data = std::get_if<Data>(&message)) {
    frame.resize(header_size + data->count * sizeof(float), std::byte{0x3f});
  }
  return frame;
}

const std::string& error_of(const DecodeResult& result) {
  return std::get<std::string>(result.value);
}

/// A copy without slack behind it, so that a sanitizer sees every read beyond the end.
DecodeResult decode_exact(const std::vector<std::byte>& frame, std::size_t size) {
  const auto copy = std::make_unique<std::byte[]>(size);
  std::copy_n(frame.begin(), size, copy.get());
  return decode({copy.get(), size});
}

TEST(Message, OfEveryKindComesBackAsItWent) {
  const auto messages = one_of_each();
  ASSERT_EQ(messages.size(), std::variant_size_v<Message>);
  for (const Message& message : messages) {
    const auto frame = frame_of(message);
    const auto result = decode(frame);
    ASSERT_TRUE(result.ok()) << message.index() << ": " << error_of(result);
    const auto& decoded = std::get<Decoded>(result.value);
    EXPECT_EQ(decoded.message.index(), message.index());
    EXPECT_EQ(encode(decoded.message), encode(message)) << message.index();
    EXPECT_EQ(result.peer_version, protocol_version);
  }
}

TEST(Message, HeaderIsLittleEndianWithMagicVersionAndKindFirst) {
  const auto frame = encode(Credit{/*samples=*/0x0102, /*bytes=*/3});
  ASSERT_EQ(frame.size(), header_size);
  const std::uint8_t expected[] = {'W',  'E', 'I', 'R', 3, 0, 18, 0, 0x02,
                                   0x01, 0,   0,   0,   0, 0, 0,  3};
  for (std::size_t i = 0; i < sizeof(expected); ++i) {
    EXPECT_EQ(std::to_integer<int>(frame[i]), expected[i]) << "byte " << i;
  }
}

TEST(Message, TextsAndListsSurvive) {
  const auto result = decode(encode(LaunchRun{1, 2, {3.5, 4.5}}));
  ASSERT_TRUE(result.ok());
  const auto& run = std::get<LaunchRun>(std::get<Decoded>(result.value).message);
  EXPECT_EQ(run.parameters, (std::vector<double>{3.5, 4.5}));
  const auto rejected = decode(encode(Reject{RejectCode::over, "the study is over"}));
  ASSERT_TRUE(rejected.ok());
  EXPECT_EQ(std::get<Reject>(std::get<Decoded>(rejected.value).message).text, "the study is over");
}

TEST(Message, DataPointsIntoTheFrame) {
  const auto frame = frame_of(Data{1, 2, 3, 4, 5, /*count=*/6});
  const auto result = decode(frame);
  ASSERT_TRUE(result.ok());
  const auto& payload = std::get<Decoded>(result.value).payload;
  EXPECT_EQ(payload.data(), frame.data() + header_size);
  EXPECT_EQ(payload.size(), 24u);
}

TEST(Message, CutShortAnywhereIsAnError) {
  for (const Message& message : one_of_each()) {
    const auto frame = frame_of(message);
    for (std::size_t size = 0; size < frame.size(); ++size) {
      const auto result = decode_exact(frame, size);
      ASSERT_FALSE(result.ok()) << message.index() << " cut to " << size;
      EXPECT_FALSE(error_of(result).empty());
    }
  }
}

TEST(Message, WithBytesBehindItIsAnError) {
  for (const Message& message : one_of_each()) {
    auto frame = frame_of(message);
    frame.resize(frame.size() + 8);
    EXPECT_FALSE(decode(frame).ok()) << message.index();
  }
}

TEST(Message, WithAnyFlippedBitIsAnErrorOrAnotherMessage) {
  for (const Message& message : one_of_each()) {
    const auto frame = frame_of(message);
    for (std::size_t bit = 0; bit < 8 * frame.size(); ++bit) {
      auto flipped = frame;
      flipped[bit / 8] ^= std::byte{1} << (bit % 8);
      const auto result = decode_exact(flipped, flipped.size());
      if (!result.ok()) {
        EXPECT_FALSE(error_of(result).empty());
        continue;
      }
      const bool in_values = bit / 8 >= header_size;
      const bool in_version = bit / 8 == 4 || bit / 8 == 5;  // a Reject is read whatever that is
      if (in_version && std::holds_alternative<Reject>(message)) continue;
      const bool data = std::holds_alternative<Data>(message);
      const auto again = encode(std::get<Decoded>(result.value).message);
      const bool same = again == encode(message);
      EXPECT_EQ(same, data && in_values) << message.index() << " bit " << bit;
    }
  }
}

TEST(Message, OfRandomBytesNeverCrashes) {
  Random random(7);
  std::size_t refused = 0;
  for (int i = 0; i < 20000; ++i) {
    std::vector<std::byte> frame(random.below(200));
    for (auto& byte : frame) byte = static_cast<std::byte>(random());
    const auto plausible = encode(Ping{});
    if (i % 2 == 0)
      std::copy_n(plausible.begin(), std::min<std::size_t>(6, frame.size()), frame.begin());
    refused += decode_exact(frame, frame.size()).ok() ? 0 : 1;
  }
  EXPECT_EQ(refused, 20000u);
}

TEST(Message, WhoseListClaimsMoreThanThereIsIsAnErrorWithoutAllocation) {
  auto frame = encode(Accepted{1, {2}});
  std::fill_n(frame.begin() + header_size, 8, std::byte{0xff});
  const auto result = decode(frame);
  ASSERT_FALSE(result.ok());
  EXPECT_NE(error_of(result).find("elements"), std::string::npos) << error_of(result);
}

TEST(Message, DataWhoseCountIsNotItsPayloadIsAnError) {
  const auto frame = frame_of(Data{1, 2, 3, 4, 5, /*count=*/6});
  for (const std::uint64_t count :
       {std::uint64_t{5}, std::uint64_t{7}, (std::uint64_t{1} << 31) + 6}) {
    auto wrong = frame;
    encode_data_header(Data{1, 2, 3, 4, 5, count},
                       std::span<std::byte, header_size>(wrong.data(), header_size));
    wrong[56] = std::byte{24};
    for (int i = 57; i < 64; ++i) wrong[i] = std::byte{0};
    const auto result = decode(wrong);
    ASSERT_FALSE(result.ok()) << count;
    EXPECT_NE(error_of(result).find("values"), std::string::npos) << error_of(result);
  }
}

TEST(Message, DataOverTheLargestChunkIsAnError) {
  EXPECT_TRUE(decode(frame_of(Data{.count = max_chunk_bytes / 4})).ok());
  EXPECT_FALSE(decode(frame_of(Data{.count = max_chunk_bytes / 4 + 1})).ok());
}

/// Two values of a part that has a column of a 4 × 3 array.
std::vector<std::byte> part_frame() {
  Data data{1, 2, 3, 4, /*offset=*/1, /*count=*/2, /*time=*/0.5};
  data.box = {{4, 2, 1}, {3, 1, 2}};
  auto frame = encode(data);
  frame.resize(frame.size() + 8, std::byte{0x3f});
  return frame;
}

TEST(Message, OfAPartComesBackWithItsBoxAndItsValuesBehindIt) {
  const auto frame = part_frame();
  const auto result = decode(frame);
  ASSERT_TRUE(result.ok()) << error_of(result);
  const auto& [message, values] = std::get<Decoded>(result.value);
  const auto& data = std::get<Data>(message);
  EXPECT_EQ(data.box, (Box{{4, 2, 1}, {3, 1, 2}}));
  EXPECT_EQ(data.offset, 1u);
  EXPECT_EQ(data.time, 0.5);
  EXPECT_EQ(values.size(), 8u);
  EXPECT_EQ(values.data(), frame.data() + frame.size() - 8);
  EXPECT_EQ(value_bytes(frame), 8u);
}

TEST(Message, OfAPartCutShortAnywhereIsAnError) {
  const auto frame = part_frame();
  for (std::size_t size = 0; size < frame.size(); ++size)
    EXPECT_FALSE(decode_exact(frame, size).ok()) << size;
}

TEST(Message, OfAPartWithTooManyAxesIsAnError) {
  for (const std::uint8_t axes : {0, 3, 17, 255}) {
    auto frame = part_frame();
    frame[header_size] = std::byte{axes};
    const auto result = decode_exact(frame, frame.size());
    ASSERT_FALSE(result.ok()) << int{axes};
    EXPECT_NE(error_of(result).find("axes"), std::string::npos) << error_of(result);
  }
}

TEST(Message, OfAnotherVersionNamesBothVersions) {
  auto frame = encode(Ping{1});
  frame[4] = std::byte{9};
  const auto result = decode(frame);
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.peer_version, 9);
  EXPECT_NE(error_of(result).find("version 9"), std::string::npos) << error_of(result);
}

TEST(Message, RejectIsUnderstoodInAnyVersion) {
  auto frame = encode(Reject{RejectCode::version, "too old"});
  frame[4] = std::byte{9};
  EXPECT_TRUE(decode(frame).ok());
}

TEST(Message, TooLongATextIsCutAndTooLongAListIsAnError) {
  const auto result = decode(encode(LaunchStop{std::string(2 * max_text, 'x')}));
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(std::get<LaunchStop>(std::get<Decoded>(result.value).message).reason.size(), max_text);
  EXPECT_THROW(encode(LaunchRun{1, 2, std::vector<double>(max_control_payload / 8)}), Error);
}

}  // namespace
}  // namespace weir::wire

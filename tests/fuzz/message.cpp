// A message of one kind, WEIR_FUZZ_KIND in the environment: words and payload are the input's. What
// is understood is written back to the same bytes.

#include "src/wire/message.h"

#include <array>
#include <cstring>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "src/core/byte_order.h"
#include "tests/fuzz/fuzz.h"

namespace weir::fuzz {
namespace {

using namespace weir::wire;

constexpr std::array kinds = std::to_array<std::pair<std::string_view, Kind>>({
    {"hello", Kind::hello},
    {"want", Kind::want},
    {"data", Kind::data},
    {"part", Kind::part},
    {"end", Kind::end},
    {"ping", Kind::ping},
    {"welcome", Kind::welcome},
    {"reject", Kind::reject},
    {"credit", Kind::credit},
    {"accepted", Kind::accepted},
    {"durable", Kind::durable},
    {"finished", Kind::finished},
    {"pong", Kind::pong},
    {"launch_hello", Kind::launch_hello},
    {"launch_run", Kind::launch_run},
    {"launch_ended", Kind::launch_ended},
    {"launch_status", Kind::launch_status},
    {"launch_stop", Kind::launch_stop},
    {"launch_stopping", Kind::launch_stopping},
    {"launch_ack", Kind::launch_ack},
});
static_assert(kinds.size() == std::variant_size_v<Message> + 1,
              "each kind is a target; DATA is two");

Kind wanted_kind() {
  const char* wanted = std::getenv("WEIR_FUZZ_KIND");
  for (const auto& [name, kind] : kinds)
    if (wanted != nullptr && name == wanted) return kind;
  check(false, "WEIR_FUZZ_KIND names a kind of message");
  return {};
}

/// The frame of `kind` whose words and payload are `bytes`.
std::vector<std::byte> frame_of(Kind kind, const std::uint8_t* bytes, std::size_t size) {
  constexpr std::size_t words = 48;
  std::vector<std::byte> frame(header_size + (size > words ? size - words : 0));
  store_little(protocol_magic, frame.data());
  store_little(protocol_version, frame.data() + 4);
  store_little(static_cast<std::uint16_t>(kind), frame.data() + 6);
  if (size > 0) std::memcpy(frame.data() + 8, bytes, std::min(size, words));
  store_little(std::uint64_t{frame.size() - header_size}, frame.data() + 56);
  if (size > words) std::memcpy(frame.data() + header_size, bytes + words, size - words);
  return frame;
}

Kind kind_of(const Message& message) {
  const auto* data = std::get_if<Data>(&message);
  if (data != nullptr && !data->box.empty()) return Kind::part;
  return std::visit([](const auto& one) { return one.kind; }, message);
}

void try_frame(const std::vector<std::byte>& frame, Kind kind) {
  const auto result = decode(frame);
  if (!result.ok())
    return check(!std::get<std::string>(result.value).empty(), "errors have a text");
  const auto& [message, payload] = std::get<Decoded>(result.value);
  check(kind_of(message) == kind, "the message is of the header's kind");
  const auto again = encode(message);
  const bool values = kind == Kind::data || kind == Kind::part;
  const std::size_t compared = frame.size() - (values ? payload.size() : 0);
  check(again.size() == compared, "a message has the size that it was read from");
  check(std::memcmp(again.data(), frame.data(), compared) == 0,
        "a message is written as it was read");
}

}  // namespace
}  // namespace weir::fuzz

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto kind = weir::fuzz::wanted_kind();
  weir::fuzz::try_frame(weir::fuzz::frame_of(kind, data, size), kind);
  return 0;
}

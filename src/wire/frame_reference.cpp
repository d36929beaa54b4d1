#include "src/wire/frame_reference.h"

#include <algorithm>
#include <array>

#include "src/core/byte_order.h"

namespace weir::wire {
namespace {

constexpr std::size_t words = 5;
constexpr std::size_t fixed_size = 8 + words * 8;
constexpr std::uint64_t most_bytes = std::uint64_t{1} << 62;

}  // namespace

bool is_reference(Bytes message) {
  return message.size() >= 4 && load_little<std::uint32_t>(message.data()) == reference_magic;
}

Frame encode(const FrameReference& reference) {
  auto frame = std::make_shared<FrameBytes>(fixed_size + header_size);
  std::byte* to = frame->data();
  store_little(reference_magic, to);
  store_little(static_cast<std::uint32_t>(reference.kind), to + 4);
  const std::array<std::uint64_t, words> numbers = {reference.process, reference.descriptor,
                                                    reference.capacity, reference.offset,
                                                    reference.size};
  for (std::size_t k = 0; k < words; ++k) store_little(numbers[k], to + 8 + 8 * k);
  std::copy_n(reference.head.data(), header_size, to + fixed_size);
  return frame;
}

std::optional<FrameReference> decode_reference(Bytes message) {
  if (message.size() != fixed_size + header_size || !is_reference(message)) return std::nullopt;
  const auto kind = load_little<std::uint32_t>(message.data() + 4);
  if (kind != static_cast<std::uint32_t>(ReferenceKind::ask) &&
      kind != static_cast<std::uint32_t>(ReferenceKind::frame))
    return std::nullopt;
  const auto word = [&](std::size_t k) {
    return load_little<std::uint64_t>(message.data() + 8 + 8 * k);
  };
  const FrameReference reference{
      static_cast<ReferenceKind>(kind), word(0), word(1), word(2), word(3), word(4),
      message.subspan(fixed_size)};
  const bool inside = reference.capacity < most_bytes && reference.size >= header_size &&
                      reference.size <= reference.capacity &&
                      reference.offset <= reference.capacity - reference.size;
  if (!inside) return std::nullopt;
  return reference;
}

}  // namespace weir::wire

#pragma once
// What is sent instead of a frame whose memory the server can read: where it lies.
//
// One frame: little-endian {magic (4 bytes), kind (4), process, descriptor, capacity, offset, size
// (8 each)}, then the first header_size bytes of what is named.

#include <cstddef>
#include <cstdint>
#include <optional>

#include "src/wire/frame.h"
#include "src/wire/message.h"

namespace weir::wire {

inline constexpr std::uint32_t reference_magic = 0x46455257;  // "WREF"

enum class ReferenceKind : std::uint32_t {
  ask = 1,    ///< can this memory be read? A server that can sends it back; it names the badge
  frame = 2,  ///< read this frame
};

/// `process` and `descriptor` name a memory file of the sender's.
struct FrameReference {
  ReferenceKind kind = ReferenceKind::frame;
  std::uint64_t process = 0, descriptor = 0, capacity = 0;  ///< of the file, in bytes
  std::uint64_t offset = 0, size = 0;                       ///< of the frame in it
  Bytes head;  ///< what it begins with, header_size bytes: memory that was used again since differs
};

bool is_reference(Bytes message);
/// Precondition: reference.head has header_size bytes.
Frame encode(const FrameReference& reference);
/// head points into `message`. Nothing: it is malformed, or names bytes outside of its file.
std::optional<FrameReference> decode_reference(Bytes message);

}  // namespace weir::wire

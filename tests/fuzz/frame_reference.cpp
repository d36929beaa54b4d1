// What a peer may say instead of a frame: where it lies, in a memory file that there is or is not.

#include <algorithm>
#include <vector>

#include <unistd.h>

#include "src/core/byte_order.h"
#include "src/wire/shared_arena.h"
#include "src/wire/shared_frames.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace weir;
  using namespace weir::wire;
  constexpr std::size_t max_bytes = SharedArena::least_bytes;
  static const auto arena = SharedArena::make(2 * max_bytes);
  static SharedFrames frames(max_bytes);
  // The numbers that can be right are put in for some of those that are wrong.
  std::vector<std::byte> message(reinterpret_cast<const std::byte*>(data),
                                 reinterpret_cast<const std::byte*>(data) + size);
  const auto put = [&](std::size_t offset, std::uint64_t number) {
    if (message.size() >= offset + 8) store_little(number, message.data() + offset);
  };
  const bool own = arena != nullptr && size > 0 && data[size - 1] % 2 == 0;
  if (own) {
    put(8, static_cast<std::uint64_t>(getpid()));
    put(16, static_cast<std::uint64_t>(arena->descriptor()));
  }
  if (own && data[size - 1] % 4 == 0) put(24, arena->capacity());
  const auto reference = decode_reference(message);
  if (!reference) return 0;
  const auto found = frames.find(*reference);
  if (!found) return 0;
  fuzz::check(found->bytes.size() == reference->size && reference->size <= max_bytes,
              "a frame is as large as its reference says, and no larger than frames may be");
  fuzz::check(std::equal(reference->head.begin(), reference->head.end(), found->bytes.begin()),
              "it begins with the bytes that the reference says");
  volatile std::byte last = found->bytes.back();  // all of it is mapped
  (void)last;
  return 0;
}

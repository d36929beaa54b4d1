#include "src/wire/channel.h"

#include <algorithm>

namespace weir::wire {

Frame frame_of(const Message& message) {
  const auto bytes = encode(message);
  auto frame = std::make_shared<FrameBytes>(bytes.size());
  std::copy(bytes.begin(), bytes.end(), frame->begin());
  return frame;
}

}  // namespace weir::wire

#pragma once
// The memory of clients on this machine, as a server rank maps it to read their frames.

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <utility>

#include "src/wire/frame_reference.h"

namespace weir::wire {

/// Maps each client's memory file at its first frame, read-only. Its pages are the client's; they
/// count as this process's too once they were read. Not thread-safe.
class SharedFrames {
 public:
  class Mapping;
  struct Found {
    std::shared_ptr<const Mapping> owner;  ///< keeps `bytes` readable
    Bytes bytes;
  };

  explicit SharedFrames(std::size_t max_bytes) : max_bytes_(max_bytes) {}

  /// Nothing: the file cannot be mapped (another machine, another user, no such process, a file
  /// that could shrink), the frame is larger than max_bytes, or what lies there begins with other
  /// bytes than the reference says.
  std::optional<Found> find(const FrameReference& reference);
  /// Unmaps the memory of clients that have ended.
  void forget_the_gone();
  std::size_t mapped() const { return mappings_.size(); }

 private:
  using Key = std::pair<std::uint64_t, std::uint64_t>;  ///< process, descriptor

  const std::size_t max_bytes_;
  std::map<Key, std::shared_ptr<const Mapping>> mappings_;
};

}  // namespace weir::wire

#pragma once
// The bytes of one message, in the memory that its sender chose.

#include <cstddef>
#include <memory>
#include <memory_resource>

namespace weir::wire {

/// A fixed number of bytes, content undefined at first. `memory` outlives it.
class FrameBytes {
 public:
  explicit FrameBytes(std::size_t size,
                      std::pmr::memory_resource* memory = std::pmr::new_delete_resource())
      : memory_(memory), size_(size), data_(static_cast<std::byte*>(memory->allocate(size))) {}
  ~FrameBytes() { memory_->deallocate(data_, size_); }
  FrameBytes(const FrameBytes&) = delete;
  FrameBytes& operator=(const FrameBytes&) = delete;

  std::byte* data() { return data_; }
  const std::byte* data() const { return data_; }
  std::size_t size() const { return size_; }
  std::byte* begin() { return data_; }
  std::byte* end() { return data_ + size_; }
  const std::byte* begin() const { return data_; }
  const std::byte* end() const { return data_ + size_; }

 private:
  std::pmr::memory_resource* memory_;
  std::size_t size_;
  std::byte* data_;
};

/// A frame that is freed by its last owner: kept by the session until accepted, by the transport
/// until sent; one that a server reads where it lies (SharedArena) is kept by the session alone.
/// Its bytes do not change once it was handed to a session or a channel.
using Frame = std::shared_ptr<FrameBytes>;

}  // namespace weir::wire

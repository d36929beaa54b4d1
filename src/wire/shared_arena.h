#pragma once
// Memory of a client for frames that a server on the same machine reads where they lie.

#include <cstddef>
#include <map>
#include <memory>
#include <memory_resource>
#include <mutex>
#include <optional>

#include "src/wire/message.h"

namespace weir::wire {

/// Whole pages of a memory file (memfd_create), which another process of the same user can map;
/// they take memory once they are written, the first of them (populated_bytes) at once, and give it
/// back when they are deallocated. What is small, or finds no room, comes from the heap instead.
/// The file cannot shrink, so that nobody who maps it meets a page that is gone. Thread-safe.
/// allocate() throws std::bad_alloc as the heap does.
class SharedArena final : public std::pmr::memory_resource {
 public:
  /// Smaller ones would cost more to name than to send.
  static constexpr std::size_t least_bytes = std::size_t{32} << 10;

  /// `capacity` in bytes, of address space at first. Null: the system gives no such memory.
  static std::shared_ptr<SharedArena> make(std::size_t capacity);
  ~SharedArena() override;
  SharedArena(const SharedArena&) = delete;
  SharedArena& operator=(const SharedArena&) = delete;

  int descriptor() const { return descriptor_; }
  std::size_t capacity() const { return capacity_; }
  /// Random bytes at the beginning, by which a reader knows that it has found this memory.
  Bytes badge() const { return {base_, header_size}; }
  /// Where in the file `place` is; nothing: elsewhere in memory.
  std::optional<std::size_t> offset_of(const std::byte* place) const;

 private:
  SharedArena(int descriptor, std::byte* base, std::size_t capacity);
  void* do_allocate(std::size_t bytes, std::size_t alignment) override;
  void do_deallocate(void* place, std::size_t bytes, std::size_t alignment) override;
  bool do_is_equal(const std::pmr::memory_resource& other) const noexcept override {
    return this == &other;
  }
  std::byte* take(std::size_t bytes);
  void give_back(std::size_t offset, std::size_t bytes);

  const int descriptor_;
  std::byte* const base_;
  const std::size_t capacity_;
  std::mutex mutex_;
  std::map<std::size_t, std::size_t> free_;  ///< offset → bytes; no two touch
};

}  // namespace weir::wire

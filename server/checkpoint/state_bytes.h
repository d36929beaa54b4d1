#pragma once
// Bytes of a captured tensor, in memory that is used again by the next capture.

#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <new>
#include <utility>
#include <vector>

namespace weir {

/// Memory of captures that have ended. The first touch of fresh pages costs several times the copy
/// into them, and the trainer waits for it: pages are large where the system has such, and are used
/// again. Thread-safe: a capture is given back by another thread.
class RecycledMemory {
 public:
  RecycledMemory() = default;
  RecycledMemory(const RecycledMemory&) = delete;
  RecycledMemory& operator=(const RecycledMemory&) = delete;
  ~RecycledMemory();

  /// Has a block of each of these sizes ready, its pages touched.
  void reserve(const std::vector<std::size_t>& sizes);
  /// A block that was given back with this very size, or a new one. std::bad_alloc: there is none.
  std::byte* take(std::size_t size);
  void give_back(std::byte* block, std::size_t size) noexcept;

 private:
  std::mutex mutex_;
  std::multimap<std::size_t, std::byte*> free_;  ///< by size
};

/// Leaves values as they are in memory: resize() fills nothing. With a RecycledMemory it takes from
/// there and gives back to it, else it is the usual one.
template <typename T>
class StateAllocator {
 public:
  using value_type = T;
  using propagate_on_container_move_assignment = std::true_type;
  using propagate_on_container_swap = std::true_type;

  StateAllocator() = default;
  explicit StateAllocator(std::shared_ptr<RecycledMemory> memory) : memory_(std::move(memory)) {}

  T* allocate(std::size_t count) {
    return memory_ ? memory_->take(count) : static_cast<T*>(::operator new(count));
  }
  void deallocate(T* block, std::size_t count) noexcept {
    if (memory_) {
      memory_->give_back(block, count);
    } else {
      ::operator delete(block);
    }
  }
  /// Copies are of the usual memory.
  StateAllocator select_on_container_copy_construction() const { return {}; }

  template <typename U>
  void construct(U* place) noexcept {
    ::new (static_cast<void*>(place)) U;
  }
  template <typename U, typename... Arguments>
  void construct(U* place, Arguments&&... arguments) {
    ::new (static_cast<void*>(place)) U(std::forward<Arguments>(arguments)...);
  }

  friend bool operator==(const StateAllocator& a, const StateAllocator& b) {
    return a.memory_ == b.memory_;
  }

 private:
  static_assert(sizeof(T) == 1, "counts are bytes");
  std::shared_ptr<RecycledMemory> memory_;
};

using StateBytes = std::vector<std::byte, StateAllocator<std::byte>>;

}  // namespace weir

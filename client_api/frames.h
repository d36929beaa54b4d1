#pragma once
// A step of a field as the frames that are sent: converted values are written once, where the
// transport reads them.

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "src/wire/channel.h"
#include "src/wire/message.h"
#include "src/wire/shared_arena.h"

namespace weir::client {

/// Frames that come back when their last owner (session or transport, on any thread) lets go, to be
/// used again: a fresh frame costs a page fault every 4 KiB. Frames are kept by size, of which most
/// solvers have few; parts that change from step to step have many, so no more is kept than was
/// out at once. Thread-safe; frames may outlive the pool.
class FramePool {
 public:
  /// `arena`: where frames lie; null: on the heap.
  explicit FramePool(std::shared_ptr<wire::SharedArena> arena = nullptr);
  wire::Frame take(std::size_t size);  ///< content undefined
  /// Of the frames that are out, and of those that are kept.
  std::size_t bytes() const;

 private:
  struct Shelf;
  std::shared_ptr<Shelf> shelf_;
};

/// The DATA frames of one step of a field, or of a part of it, headers written; chunks of at most
/// wire::max_chunk_bytes.
class StepFrames {
 public:
  /// `whole` has offset 0 and the field's size as count, or a box.
  StepFrames(FramePool& pool, const wire::Data& whole);

  /// Lets `fill(first, out)` write out.size() values from position `first` of the field, or of the
  /// part, on; a call a chunk, in order.
  void fill(const std::function<void(std::size_t first, std::span<float> out)>& fill);
  /// Writes `values` at position `first` of the field. Precondition: there was no box.
  void write(std::size_t first, std::span<const float> values);
  const std::vector<wire::Frame>& frames() const { return frames_; }

 private:
  void append(FramePool& pool, const wire::Data& chunk);

  std::vector<wire::Frame> frames_;
};

}  // namespace weir::client

#pragma once
// A training buffer as numbers of samples: how many, not which.

#include <cstdint>

#include "src/study/study.h"

namespace weir {

/// The rules of server/buffer, with the mean of each random draw in place of the draw. Every sample
/// that begins is free → filling → unseen → seen → free, as there.
class BufferCounts {
 public:
  /// Preconditions: 0 < capacity, watermark ≤ capacity.
  BufferCounts(BufferKind kind, std::uint64_t capacity, std::uint64_t watermark);

  std::uint64_t population() const { return unseen_ + seen_; }
  std::uint64_t unseen() const { return unseen_; }
  /// Samples that may begin: free slots, and seen samples, which a reservoir may evict.
  std::uint64_t room() const;
  void begin(std::uint64_t count);   ///< Precondition: count ≤ room().
  void commit(std::uint64_t count);  ///< Precondition: so many have begun.
  void end_reception() { over_ = true; }
  /// How many samples a batch of `batch` would hold now; 0 below the watermark.
  std::uint64_t offer(std::uint64_t batch) const;
  /// `count`: of offer(), or of a reservoir that repeats samples a multiple of it.
  void draw(std::uint64_t count);
  /// Whether a draw leaves what it drew in the buffer.
  bool repeats() const { return kind_ == BufferKind::reservoir && !over_; }

 private:
  /// The whole part of `mean` and of what earlier calls left over.
  std::uint64_t rounded(double mean);

  const BufferKind kind_;
  const std::uint64_t capacity_, watermark_;
  std::uint64_t filling_ = 0, unseen_ = 0, seen_ = 0;
  double carried_ = 0;  ///< in [0, 1), but for rounding
  bool over_ = false;
};

}  // namespace weir

#include "src/plan/buffer_counts.h"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace weir {

BufferCounts::BufferCounts(BufferKind kind, std::uint64_t capacity, std::uint64_t watermark)
    : kind_(kind), capacity_(capacity), watermark_(std::max<std::uint64_t>(watermark, 1)) {}

std::uint64_t BufferCounts::room() const {
  const std::uint64_t free = capacity_ - filling_ - population();
  return free + seen_;  // only a reservoir has seen ones
}

void BufferCounts::begin(std::uint64_t count) {
  assert(count <= room());
  const std::uint64_t free = capacity_ - filling_ - population();
  seen_ -= count > free ? count - free : 0;
  filling_ += count;
}

void BufferCounts::commit(std::uint64_t count) {
  assert(count <= filling_);
  filling_ -= count;
  unseen_ += count;
}

std::uint64_t BufferCounts::offer(std::uint64_t batch) const {
  if (population() < (over_ ? 1 : watermark_)) return 0;
  return repeats() ? batch : std::min(batch, population());
}

void BufferCounts::draw(std::uint64_t count) {
  const auto u = static_cast<double>(unseen_), p = static_cast<double>(population());
  const auto b = static_cast<double>(count);
  if (repeats()) {
    const std::uint64_t turned = rounded(u * (1 - std::pow(1 - 1 / p, b)));
    unseen_ -= turned;
    seen_ += turned;
    return;
  }
  const std::uint64_t at_least = count > seen_ ? count - seen_ : 0;
  const std::uint64_t removed = std::clamp(rounded(u * b / p), at_least, std::min(unseen_, count));
  unseen_ -= removed;
  seen_ -= count - removed;
}

std::uint64_t BufferCounts::rounded(double mean) {
  carried_ += mean;
  const double whole = std::floor(carried_ + 1e-9);  // 3 × 1/3 is 1
  carried_ -= whole;
  return std::min(static_cast<std::uint64_t>(whole), unseen_);
}

}  // namespace weir

#include "client_api/frames.h"

#include <algorithm>
#include <map>
#include <mutex>
#include <utility>

namespace weir::client {
namespace {

using wire::FrameBytes;

constexpr std::size_t max_chunk_values = wire::max_chunk_bytes / sizeof(float);

std::span<float> payload(const wire::Frame& frame) {
  const std::size_t bytes = wire::value_bytes(*frame);
  return {reinterpret_cast<float*>(frame->data() + frame->size() - bytes), bytes / sizeof(float)};
}

}  // namespace

/// Bytes of all frames never exceed the most that were out at once: what is kept makes way for a
/// frame of a size that was not kept, the size first that was asked for longest ago.
struct FramePool::Shelf {
  struct OfSize {
    std::vector<std::unique_ptr<FrameBytes>> frames;
    std::uint64_t asked = 0;
  };
  explicit Shelf(std::shared_ptr<wire::SharedArena> memory) : arena(std::move(memory)) {}

  const std::shared_ptr<wire::SharedArena> arena;  ///< null: the heap; outlives the frames
  std::mutex mutex;
  std::map<std::size_t, OfSize> by_size;
  std::size_t out = 0, kept = 0, most_out = 0;  // bytes
  std::uint64_t asked = 0;

  std::unique_ptr<FrameBytes> find(std::size_t size) {
    const std::lock_guard lock(mutex);
    ++asked;
    const auto same = by_size.find(size);
    if (same == by_size.end() || same->second.frames.empty()) return nullptr;
    same->second.asked = asked;
    auto frame = std::move(same->second.frames.back());
    same->second.frames.pop_back();
    kept -= size;
    return frame;
  }
  std::unique_ptr<FrameBytes> make(std::size_t size) const {
    return arena ? std::make_unique<FrameBytes>(size, arena.get())
                 : std::make_unique<FrameBytes>(size);
  }
  void hand_out(std::size_t size) {
    const std::lock_guard lock(mutex);
    out += size;
    most_out = std::max(most_out, out);
    while (kept > 0 && out + kept > most_out) drop_one();
  }
  void put(std::unique_ptr<FrameBytes> frame) noexcept {
    const std::size_t size = frame->size();
    const std::lock_guard lock(mutex);
    out -= size;
    try {
      auto& same = by_size[size];
      if (same.frames.empty()) same.asked = asked;
      same.frames.push_back(std::move(frame));
      kept += size;
    } catch (const std::bad_alloc&) {
      // no room to remember it: it is freed instead
    }
  }
  void drop_one() {
    const auto oldest = std::min_element(
        by_size.begin(), by_size.end(),
        [](const auto& a, const auto& b) { return a.second.asked < b.second.asked; });
    if (!oldest->second.frames.empty()) {
      kept -= oldest->first;
      oldest->second.frames.pop_back();
    }
    if (oldest->second.frames.empty()) by_size.erase(oldest);
  }
};

FramePool::FramePool(std::shared_ptr<wire::SharedArena> arena)
    : shelf_(std::make_shared<Shelf>(std::move(arena))) {}

wire::Frame FramePool::take(std::size_t size) {
  auto frame = shelf_->find(size);
  if (!frame) frame = shelf_->make(size);
  shelf_->hand_out(size);
  return {frame.release(),
          [shelf = std::weak_ptr(shelf_), arena = shelf_->arena](FrameBytes* used) {
            std::unique_ptr<FrameBytes> owned(used);
            if (const auto alive = shelf.lock()) alive->put(std::move(owned));
          }};
}

std::size_t FramePool::bytes() const {
  const std::lock_guard lock(shelf_->mutex);
  return shelf_->out + shelf_->kept;
}

StepFrames::StepFrames(FramePool& pool, const wire::Data& whole) {
  wire::Data chunk = whole;
  if (whole.box.empty()) {
    for (; chunk.offset < whole.count; chunk.offset += max_chunk_values) {
      chunk.count = std::min<std::uint64_t>(max_chunk_values, whole.count - chunk.offset);
      append(pool, chunk);
    }
    return;
  }
  for (auto& [position, box] : wire::divided(whole.box, max_chunk_values)) {
    chunk.offset = position;
    chunk.count = wire::values_of(box);
    chunk.box = std::move(box);
    append(pool, chunk);
  }
}

void StepFrames::append(FramePool& pool, const wire::Data& chunk) {
  const std::size_t prefix = wire::data_prefix_size(chunk);
  auto frame = pool.take(prefix + chunk.count * sizeof(float));
  wire::encode_data_prefix(chunk, std::span(frame->data(), prefix));
  frames_.push_back(std::move(frame));
}

void StepFrames::fill(const std::function<void(std::size_t, std::span<float>)>& fill) {
  std::size_t first = 0;
  for (const auto& frame : frames_) {
    fill(first, payload(frame));
    first += payload(frame).size();
  }
}

void StepFrames::write(std::size_t first, std::span<const float> values) {
  while (!values.empty()) {
    const auto out = payload(frames_[first / max_chunk_values]).subspan(first % max_chunk_values);
    const std::size_t count = std::min(values.size(), out.size());
    std::copy_n(values.begin(), count, out.begin());
    values = values.subspan(count);
    first += count;
  }
}

}  // namespace weir::client

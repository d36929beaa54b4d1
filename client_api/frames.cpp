#include "client_api/frames.h"

#include <algorithm>
#include <map>
#include <mutex>
#include <utility>

namespace weir::client {
namespace {

using Bytes = std::vector<std::byte>;

constexpr std::size_t max_chunk_values = wire::max_chunk_bytes / sizeof(float);

std::span<float> payload(const wire::Frame& frame) {
  const std::size_t bytes = wire::value_bytes(*frame);
  return {reinterpret_cast<float*>(frame->data() + frame->size() - bytes), bytes / sizeof(float)};
}

}  // namespace

struct FramePool::Shelf {
  std::mutex mutex;
  std::map<std::size_t, std::vector<std::unique_ptr<Bytes>>> by_size;

  std::unique_ptr<Bytes> take(std::size_t size) {
    const std::lock_guard lock(mutex);
    auto& frames = by_size[size];
    if (frames.empty()) return nullptr;
    auto frame = std::move(frames.back());
    frames.pop_back();
    return frame;
  }
  void put(std::unique_ptr<Bytes> frame) noexcept {
    try {
      const std::lock_guard lock(mutex);
      by_size[frame->size()].push_back(std::move(frame));
    } catch (const std::bad_alloc&) {
      frame.reset();  // no room to remember it: it is freed instead
    }
  }
};

FramePool::FramePool() : shelf_(std::make_shared<Shelf>()) {}

wire::Frame FramePool::take(std::size_t size) {
  auto frame = shelf_->take(size);
  if (!frame) frame = std::make_unique<Bytes>(size);
  return {frame.release(), [shelf = std::weak_ptr(shelf_)](Bytes* used) {
            std::unique_ptr<Bytes> owned(used);
            if (const auto alive = shelf.lock()) alive->put(std::move(owned));
          }};
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

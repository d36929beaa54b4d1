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
  return {reinterpret_cast<float*>(frame->data() + wire::header_size),
          (frame->size() - wire::header_size) / sizeof(float)};
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
  for (std::size_t first = 0; first < whole.count; first += max_chunk_values) {
    wire::Data chunk = whole;
    chunk.offset = first;
    chunk.count = std::min<std::size_t>(max_chunk_values, whole.count - first);
    auto frame = pool.take(wire::header_size + chunk.count * sizeof(float));
    wire::encode_data_header(
        chunk, std::span<std::byte, wire::header_size>(frame->data(), wire::header_size));
    frames_.push_back(std::move(frame));
  }
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

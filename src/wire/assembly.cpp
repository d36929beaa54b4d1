#include "src/wire/assembly.h"

#include <cassert>
#include <cstring>
#include <numeric>

#include "src/wire/byte_order.h"

namespace weir::wire {
namespace {

/// The one copy between the network and where a batch is read from.
void copy_values(float* to, Bytes values) {
  std::memcpy(to, values.data(), values.size());
  if constexpr (std::endian::native == std::endian::big) {
    for (std::size_t i = 0; i < values.size() / sizeof(float); ++i) {
      to[i] = std::bit_cast<float>(load_little<std::uint32_t>(values.data() + i * sizeof(float)));
    }
  }
}

}  // namespace

Assembly::Assembly(SampleSink& sink, const AggregatorSettings& settings)
    : sink_(sink),
      field_sizes_(settings.field_sizes),
      times_(settings.times),
      sample_size_(std::accumulate(field_sizes_.begin(), field_sizes_.end(), std::uint64_t{0})),
      done_(settings.steps) {}

Assembly::~Assembly() {
  for (const auto& [step, partial] : partial_) {
    if (partial.slot) sink_.abandon(*partial.slot);
  }
}

ChunkPlace Assembly::place_of(const Data& data) const {
  if (done_[data.step]) return ChunkPlace::repeated;
  const auto found = partial_.find(data.step);
  if (found == partial_.end()) return data.offset == 0 ? ChunkPlace::first : ChunkPlace::gap;
  if (data.time != found->second.time) return ChunkPlace::other_time;
  const std::uint64_t received = found->second.received[data.field];
  if (data.offset == received) return ChunkPlace::next;
  return data.offset + data.count <= received ? ChunkPlace::repeated : ChunkPlace::gap;
}

BeginStatus Assembly::begin(const Data& first) {
  const Begin begin = sink_.begin({first.sim, first.step});
  if (begin.status == BeginStatus::no_room) return begin.status;
  const auto slot = begin.status == BeginStatus::begun ? std::optional(begin.slot) : std::nullopt;
  if (slot && times_) sink_.set_time(*slot, first.time);
  partial_[first.step] = {slot, std::vector<std::uint64_t>(field_sizes_.size()), sample_size_,
                          first.time};
  return begin.status;
}

bool Assembly::add(const Data& data, Bytes values) {
  Partial& partial = partial_.at(data.step);
  if (partial.slot) copy_values(sink_.row(*partial.slot, data.field) + data.offset, values);
  partial.received[data.field] += data.count;
  partial.left -= data.count;
  return partial.left == 0;
}

Assembly::Committed Assembly::commit(std::uint64_t step) {
  const auto found = partial_.find(step);
  assert(found != partial_.end() && found->second.left == 0);
  const auto slot = found->second.slot;
  partial_.erase(found);
  done_[step] = true;
  return {slot ? sink_.commit(*slot) : CommitStatus::duplicate, slot};
}

}  // namespace weir::wire

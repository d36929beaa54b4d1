#include "src/wire/assembly.h"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <numeric>

#include "src/core/byte_order.h"
#include "src/core/planted_bug.h"

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

bool has(const std::unordered_map<Assembly::Part, std::vector<bool>>& done, Assembly::Part part,
         std::uint64_t step) {
  const auto found = done.find(part);
  return found != done.end() && found->second[step];
}

}  // namespace

Assembly::Assembly(SampleSink& sink, const AggregatorSettings& settings, std::size_t parts)
    : sink_(sink),
      field_sizes_(settings.field_sizes),
      times_(settings.times),
      parts_(parts),
      steps_(settings.steps) {}

Assembly::~Assembly() {
  for (const auto& [step, partial] : partial_) {
    if (partial.slot) sink_.abandon(*partial.slot);
  }
}

ChunkPlace Assembly::place_of(Part part, const Data& data) const {
  if (has(done_, part, data.step)) return ChunkPlace::repeated;
  const auto found = partial_.find(data.step);
  if (found == partial_.end()) return data.offset == 0 ? ChunkPlace::first : ChunkPlace::gap;
  const Partial& partial = found->second;
  if (data.time != partial.time) return ChunkPlace::other_time;
  const auto own = partial.received.find(part);
  const std::uint64_t received = own == partial.received.end() ? 0 : own->second[data.field];
  if (data.offset != received) {
    return data.offset + data.count <= received ? ChunkPlace::repeated : ChunkPlace::gap;
  }
  if (data.count > partial.left[data.field]) return ChunkPlace::too_much;
  return own == partial.received.end() ? ChunkPlace::first : ChunkPlace::next;
}

Started Assembly::begin(Part part, const Data& first) {
  const auto found = partial_.find(first.step);
  if (found != partial_.end()) {
    found->second.received.emplace(part, Received(field_sizes_.size()));
    return Started::joined;
  }
  const Begin begin = sink_.begin({first.sim, first.step});
  if (begin.status == BeginStatus::no_room) return Started::no_room;
  if (begin.status == BeginStatus::duplicate && parts_ > 1) return Started::known;
  Partial& partial = partial_[first.step];
  if (begin.status == BeginStatus::begun) {
    partial.slot = begin.slot;
    if (times_) sink_.set_time(begin.slot, first.time);
  }
  partial.time = first.time;
  partial.left.assign(field_sizes_.begin(), field_sizes_.end());
  partial.received.emplace(part, Received(field_sizes_.size()));
  return Started::begun;
}

bool Assembly::add(Part part, const Data& data, Bytes values) {
  Partial& partial = partial_.at(data.step);
  if (partial.slot) put(partial, data, values);
  partial.received.at(part)[data.field] += data.count;
  partial.left[data.field] -= data.count;
  return complete(partial);
}

void Assembly::put(const Partial& partial, const Data& data, Bytes values) {
  float* row = sink_.row(*partial.slot, data.field);
  if (data.box.empty()) return copy_values(row + data.offset, values);
  for_each_run(data.box, [&](std::uint64_t source, std::uint64_t destination, std::uint64_t count) {
    copy_values(row + destination, values.subspan(source * sizeof(float), count * sizeof(float)));
  });
}

bool Assembly::complete(const Partial& partial) const {
  return std::all_of(partial.left.begin(), partial.left.end(), [](auto left) { return left == 0; });
}

Assembly::Committed Assembly::commit(std::uint64_t step) {
  const auto found = partial_.find(step);
  assert(found != partial_.end() && complete(found->second));
  Committed committed{CommitStatus::duplicate, found->second.slot, {}};
  for (const auto& [part, received] : found->second.received) {
    committed.shares.push_back(
        {part, std::accumulate(received.begin(), received.end(), std::uint64_t{0})});
    auto& done = done_[part];
    done.resize(steps_);
    done[step] = true;
  }
  partial_.erase(found);
  if (committed.slot) committed.status = sink_.commit(*committed.slot);
  return committed;
}

std::size_t Assembly::leave(Part part) {
  done_.erase(part);
  std::size_t abandoned = 0;
  for (auto entry = partial_.begin(); entry != partial_.end();) {
    Partial& partial = entry->second;
    if (take_back(partial, part) && partial.received.empty()) {
      if (partial.slot) sink_.abandon(*partial.slot);
      ++abandoned;
      entry = partial_.erase(entry);
    } else {
      ++entry;
    }
  }
  return abandoned;
}

/// False: the part has not begun it.
bool Assembly::take_back(Partial& partial, Part part) {
  const auto own = partial.received.find(part);
  if (own == partial.received.end()) return false;
  if (WEIR_BUG("part_kept_after_reset")) return false;
  for (std::size_t field = 0; field < partial.left.size(); ++field)
    partial.left[field] += own->second[field];
  partial.received.erase(own);
  return true;
}

}  // namespace weir::wire

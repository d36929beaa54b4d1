#include "server/store/history.h"

#include <algorithm>
#include <limits>

#include "src/core/planted_bug.h"

namespace weir {

History::History(Slot first, std::size_t lead, std::size_t steps)
    : first_(first), lead_(lead), steps_(steps) {}

Slot History::take(SampleId id) {
  if (free_.empty()) {
    free_.insert(first_ + static_cast<Slot>(ids_.size()));
    ids_.emplace_back();
  }
  const Slot slot = *free_.begin();
  free_.erase(free_.begin());
  ids_[slot - first_] = id;
  return slot;
}

void History::give_back(Slot slot) { free_.insert(slot); }

void History::keep(Slot slot) {
  const SampleId step = id(slot);
  if (step.step + lead_ < steps_)
    kept_[step] = slot;
  else
    give_back(slot);
}

void History::pass(SampleId id) {
  if (id.step < lead_ || WEIR_BUG("history_leaks")) return;
  const auto begin = kept_.lower_bound({id.sim, 0});
  const auto end = kept_.upper_bound({id.sim, id.step - lead_});
  for (auto row = begin; row != end; ++row) give_back(row->second);
  kept_.erase(begin, end);
}

void History::forget(std::uint64_t sim) { pass({sim, std::numeric_limits<std::uint64_t>::max()}); }

std::optional<Slot> History::find(SampleId id) const {
  const auto found = kept_.find(id);
  if (found == kept_.end()) return std::nullopt;
  return found->second;
}

std::vector<CutSample> History::samples() const {
  std::vector<CutSample> samples;
  if (WEIR_BUG("history_not_in_cut")) return samples;
  for (const auto& [id, slot] : kept_) samples.push_back({.slot = slot, .id = id, .draws = 0});
  std::sort(samples.begin(), samples.end(),
            [](const CutSample& a, const CutSample& b) { return a.slot < b.slot; });
  return samples;
}

void History::restore(const CutSample& sample) {
  for (Slot next = first_ + static_cast<Slot>(ids_.size()); next <= sample.slot; ++next) {
    ids_.emplace_back();
    free_.insert(next);
  }
  free_.erase(sample.slot);
  ids_[sample.slot - first_] = sample.id;
  kept_[sample.id] = sample.slot;
}

}  // namespace weir

#include "server/store/slot_rows.h"

#include <algorithm>
#include <cstring>

#include "server/store/finite.h"
#include "server/store/slot_facts.h"
#include "src/core/memory.h"
#include "src/study/samples.h"

namespace weir {
namespace {

constexpr std::size_t cache_line = 64;

/// What one slot costs, all in all: its rows, what is known of it, and the tables.
std::size_t slot_bytes(const Study& study) {
  constexpr std::size_t tables = 140;
  return steps_of_sample(study) * study.simulation.sample_size() * sizeof(float) +
         SlotFacts::bytes(study.parameters.size()) + tables;
}

double history_bytes(const Study& study) {
  return waiting_steps(study) * static_cast<double>(study.simulation.sample_size()) * sizeof(float);
}

}  // namespace

SlotRows::SlotRows(const Study& study)
    : capacity_(study.buffer.capacity), sample_size_(study.simulation.sample_size()) {
  check_memory(capacity_, slot_bytes(study), history_bytes(study), available_memory());
  std::size_t offset = 0;
  for (const auto& field : study.simulation.fields) {
    targets_.emplace_back(capacity_, field.size());
    offsets_.push_back(offset);
    offset += field.size();
  }
  if (lead_of(study) > 0) states_ = std::make_unique<Slab>(capacity_, sample_size_);
}

float* SlotRows::arriving(Slot slot, std::size_t field) {
  if (slot < capacity_) return targets_[field].row(slot);
  return history_[slot - capacity_].get() + offsets_[field];
}

bool SlotRows::finite(Slot slot) const {
  if (const float* row = history(slot)) return all_finite({row, sample_size_});
  return std::all_of(targets_.begin(), targets_.end(), [&](const Slab& slab) {
    return all_finite({slab.row(slot), slab.row_size()});
  });
}

void SlotRows::grow_history(std::size_t rows) {
  while (history_.size() < rows)
    history_.push_back(std::make_unique_for_overwrite<float[]>(sample_size_));
}

/// The rest is found by the processor itself, once it sees the copy go on.
void SlotRows::prefetch(Slot slot) const {
  std::size_t left = 2048;
  const auto fetch = [&](const Slab& slab) {
    const auto* row = reinterpret_cast<const std::byte*>(slab.row(slot));
    const std::size_t bytes = std::min(slab.row_size() * sizeof(float), left);
    for (std::size_t at = 0; at < bytes; at += cache_line) __builtin_prefetch(row + at);
    left -= bytes;
  };
  for (const auto& slab : targets_) fetch(slab);
  if (states_) fetch(*states_);
}

void SlotRows::copy_target(Slot slot, float* to, const FieldScales& scales) const {
  for (std::size_t f = 0; f < targets_.size(); ++f) {
    const Slab& slab = targets_[f];
    if (scales.empty()) {
      std::memcpy(to, slab.row(slot), slab.row_size() * sizeof(float));
    } else {
      copy_field(slab.row(slot), scales[f], to);
    }
    to += slab.row_size();
  }
}

void SlotRows::copy_state(Slot slot, float* to, const FieldScales& scales) const {
  copy_row({states_->row(slot), sample_size_}, scales, to);
}

void SlotRows::set_state(Slot slot, const float* from) {
  std::memcpy(states_->row(slot), from, sample_size_ * sizeof(float));
}

void SlotRows::keep(Slot slot, RowKeeper& keeper) const {
  for (std::size_t f = 0; f < targets_.size(); ++f)
    keeper.keep(slot, offsets_[f], {targets_[f].row(slot), targets_[f].row_size()});
  if (states_) keeper.keep(slot, sample_size_, {states_->row(slot), sample_size_});
}

std::vector<std::span<float>> SlotRows::memory() const {
  std::vector<std::span<float>> memory;
  for (const auto& slab : targets_) memory.push_back(slab.values());
  if (states_) memory.push_back(states_->values());
  return memory;
}

void SlotRows::set_target(Slot slot, const float* from) {
  for (const auto& slab : targets_) {
    std::memcpy(slab.row(slot), from, slab.row_size() * sizeof(float));
    from += slab.row_size();
  }
}

void SlotRows::save(Slot slot, const float* history, float* to) const {
  if (history != nullptr) {
    std::fill_n(to, sample_size_, 0.0F);
    std::memcpy(to + sample_size_, history, sample_size_ * sizeof(float));
    return;
  }
  if (states_) {
    copy_state(slot, to);
    to += sample_size_;
  }
  copy_target(slot, to);
}

void SlotRows::restore(Slot slot, std::span<const float> from) {
  if (slot >= capacity_) {
    grow_history(slot - capacity_ + 1);
    std::copy_n(from.data() + sample_size_, sample_size_, history_[slot - capacity_].get());
    return;
  }
  if (states_) {
    set_state(slot, from.data());
    from = from.subspan(sample_size_);
  }
  set_target(slot, from.data());
}

}  // namespace weir

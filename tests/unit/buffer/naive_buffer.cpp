#include "naive_buffer.h"

#include <algorithm>

namespace weir::test {

NaiveBuffer::NaiveBuffer(BufferKind kind, std::size_t capacity, std::size_t watermark)
    : kind_(kind), watermark_(std::max<std::size_t>(1, watermark)) {
  for (Slot slot = 0; slot < capacity; ++slot) free_.insert(slot);
}

std::string NaiveBuffer::acquired(std::optional<Slot> slot) {
  const auto allowed = free_.empty() ? evictable() : free_;
  if (!slot) return allowed.empty() ? "" : "no slot although there is room";
  if (!allowed.contains(*slot))
    return "slot " + std::to_string(*slot) + " may not be given to an arrival";
  free_.erase(*slot);
  seen_.erase(*slot);
  filling_.insert(*slot);
  return "";
}

void NaiveBuffer::committed(Slot slot) {
  filling_.erase(slot);
  unseen_.insert(slot);
  arrivals_.push_back(slot);
}

void NaiveBuffer::abandoned(Slot slot) {
  filling_.erase(slot);
  free_.insert(slot);
}

std::string NaiveBuffer::drawn(Slot slot) {
  if (!population().contains(slot)) return "slot " + std::to_string(slot) + " holds no sample";
  if (kind_ == BufferKind::fifo) {
    if (arrivals_.front() != slot) return "slot " + std::to_string(slot) + " is not the oldest";
    arrivals_.pop_front();
  }
  unseen_.erase(slot);
  seen_.erase(slot);
  (removes() ? leaving_ : seen_).insert(slot);
  ++pins_[slot];
  return "";
}

void NaiveBuffer::unpinned(Slot slot) {
  if (--pins_[slot] > 0) return;
  pins_.erase(slot);
  if (leaving_.erase(slot) > 0) free_.insert(slot);
}

std::set<Slot> NaiveBuffer::population() const {
  std::set<Slot> all = unseen_;
  all.insert(seen_.begin(), seen_.end());
  return all;
}

std::set<Slot> NaiveBuffer::evictable() const {
  std::set<Slot> slots;
  if (kind_ != BufferKind::reservoir) return slots;
  for (const Slot slot : seen_) {
    if (!pins_.contains(slot)) slots.insert(slot);
  }
  return slots;
}

std::string NaiveBuffer::differs(const Buffer& buffer) const {
  const Occupancy is = buffer.occupancy();
  if (is.free != free_.size()) return "free";
  if (is.filling != filling_.size()) return "filling";
  if (is.unseen != unseen_.size()) return "unseen";
  if (is.seen != seen_.size()) return "seen";
  if (buffer.room() != free_.size() + evictable().size()) return "room";
  if (buffer.drawable() != (population().size() >= (over_ ? 1 : watermark_))) return "drawable";
  if (buffer.reception_over() != over_) return "reception_over";
  std::set<Slot> looked_at;
  for (std::size_t k = 0; k < is.population(); ++k) looked_at.insert(buffer.at(k));
  return looked_at == population() ? "" : "at";
}

}  // namespace weir::test

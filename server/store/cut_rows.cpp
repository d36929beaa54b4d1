#include "server/store/cut_rows.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "src/core/planted_bug.h"

namespace weir {
namespace {

constexpr std::uint32_t no_row = std::numeric_limits<std::uint32_t>::max();

}  // namespace

CutRows::CutRows(std::mutex& mutex, const SlotRows& values)
    : mutex_(mutex), values_(values), row_size_(values.cut_size()) {
  most_aside_ = std::max<std::size_t>(1, side_bytes / (row_size_ * sizeof(float)));
}

void CutRows::begin(const std::vector<CutSample>& samples,
                    const std::vector<std::optional<RowPlace>>& places) {
  rows_.resize(samples.size());
  row_of_slot_.assign(samples.empty() ? 0 : samples.back().slot + std::size_t{1}, no_row);
  for (std::size_t k = 0; k < samples.size(); ++k) {
    rows_[k].slot = samples[k].slot;
    if (places[k]) continue;
    rows_[k].place = Place::slot;
    row_of_slot_[samples[k].slot] = static_cast<std::uint32_t>(k);
    ++in_slots_;
  }
}

std::size_t CutRows::room() const {
  const std::size_t left = most_aside_ - std::min(most_aside_, aside_);
  return left >= in_slots_ ? std::numeric_limits<std::size_t>::max() : left;
}

void CutRows::vacate(Slot slot, std::unique_lock<std::mutex>& lock) {
  if (slot >= row_of_slot_.size() || row_of_slot_[slot] == no_row) return;
  const std::uint32_t index = row_of_slot_[slot];
  Row& row = rows_[index];
  idle_.wait(lock, [&] { return !row.busy; });
  if (row.place != Place::slot || WEIR_BUG("no_copy_on_overwrite")) return;
  row.busy = true;
  ++aside_;
  const float* const history = values_.history(slot);
  lock.unlock();
  auto copy = std::make_unique_for_overwrite<float[]>(row_size_);
  values_.save(slot, history, copy.get());
  lock.lock();
  row.busy = false;
  if (ended_) return;
  row.copy = std::move(copy);
  leave_slot(row, Place::aside);
  if (!row.given) overwritten_.push_back(index);
}

std::optional<std::size_t> CutRows::next() {
  const std::lock_guard lock(mutex_);
  while (!overwritten_.empty()) {
    const std::uint32_t index = overwritten_.back();
    overwritten_.pop_back();
    if (rows_[index].given) continue;
    rows_[index].given = true;
    return index;
  }
  for (; given_up_to_ < rows_.size(); ++given_up_to_) {
    Row& row = rows_[given_up_to_];
    if (row.given || row.place == Place::none) continue;
    row.given = true;
    return given_up_to_++;
  }
  return std::nullopt;
}

void CutRows::read(std::size_t sample, std::span<float> to) {
  Row& row = rows_[sample];
  std::unique_lock lock(mutex_);
  idle_.wait(lock, [&] { return !row.busy; });
  if (row.place == Place::slot) {
    row.busy = true;
    const float* const history = values_.history(row.slot);
    lock.unlock();
    values_.save(row.slot, history, to.data());
    lock.lock();
    row.busy = false;
    leave_slot(row, Place::none);
  } else if (row.place == Place::aside) {
    auto copy = std::move(row.copy);
    row.place = Place::none;
    lock.unlock();
    std::memcpy(to.data(), copy.get(), row_size_ * sizeof(float));
    copy.reset();
    lock.lock();
    --aside_;
  }
}

void CutRows::end() {
  std::vector<std::unique_ptr<float[]>> copies;  // freed without the lock
  const std::lock_guard lock(mutex_);
  for (auto& row : rows_) {
    if (row.copy) copies.push_back(std::move(row.copy));
    row.place = Place::none;
  }
  in_slots_ = aside_ = 0;
  ended_ = true;
}

void CutRows::leave_slot(Row& row, Place to) {
  row.place = to;
  row_of_slot_[row.slot] = no_row;
  --in_slots_;
  idle_.notify_all();
}

}  // namespace weir

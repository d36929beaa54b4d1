#pragma once
// A sink whose slots are free again as soon as they are committed: ingest alone, without a buffer
// that fills.

#include <algorithm>
#include <utility>
#include <vector>

#include "src/core/clock.h"
#include "src/core/ledger.h"
#include "src/wire/sample_sink.h"

namespace weir::bench {

class RecyclingSink final : public wire::SampleSink {
 public:
  RecyclingSink(std::size_t slots, std::size_t values, std::size_t steps, std::size_t simulations)
      : values_(values),
        rows_(slots * values),
        ids_(slots),
        ledger_(steps, 0, 1),
        last_of_(simulations) {
    for (std::size_t slot = slots; slot-- > 0;) free_.push_back(static_cast<wire::Slot>(slot));
    std::fill(rows_.begin(), rows_.end(), 0.0f);  // pages are touched before the clock runs
  }

  std::size_t room() const override { return free_.size(); }
  wire::Begin begin(SampleId id) override {
    if (begun_++ == 0) first_ = std::chrono::steady_clock::now();
    if (ledger_.contains(id)) return {wire::BeginStatus::duplicate};
    if (free_.empty()) return {wire::BeginStatus::no_room};
    const wire::Slot slot = free_.back();
    free_.pop_back();
    ids_[slot] = id;
    return {wire::BeginStatus::begun, slot};
  }
  float* row(wire::Slot slot, std::size_t) override { return rows_.data() + slot * values_; }
  wire::CommitStatus commit(wire::Slot slot) override {
    ledger_.accept(ids_[slot]);
    free_.push_back(slot);
    last_ = last_of_[ids_[slot].sim] = std::chrono::steady_clock::now();
    return wire::CommitStatus::accepted;
  }
  void abandon(wire::Slot slot) override { free_.push_back(slot); }
  std::vector<std::uint8_t> held(std::uint64_t sim) const override { return ledger_.held(sim); }
  bool complete(std::uint64_t sim) const override { return ledger_.complete(sim); }

  std::size_t accepted() const { return ledger_.counts().unique; }
  /// When the first sample was begun, and the last one committed.
  std::pair<Time, Time> times() const { return {first_, last_}; }
  /// When the last sample of each simulation was committed.
  const std::vector<Time>& last_of() const { return last_of_; }

 private:
  std::size_t values_;
  std::vector<float> rows_;
  std::vector<SampleId> ids_;
  std::vector<wire::Slot> free_;
  Ledger ledger_;
  std::size_t begun_ = 0;
  Time first_{}, last_{};
  std::vector<Time> last_of_;
};

}  // namespace weir::bench

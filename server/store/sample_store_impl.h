#pragma once
// The inside of SampleStore, shared by its source files: samples in and out, cuts, and the lineage
// log.

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "server/store/cut_rows.h"
#include "server/store/history.h"
#include "server/store/lineage_log.h"
#include "server/store/sample_store.h"
#include "server/store/slot_facts.h"
#include "server/store/slot_rows.h"

namespace weir {

/// Lock order: there is one mutex. Rows are copied, and callbacks called, without it.
struct SampleStore::Impl {
  Impl(const Study& study, const Design& design, std::size_t rank, std::size_t ranks);

  std::size_t room() const;
  std::size_t arrivals() const;
  Offer current_offer() const;
  void notify_trainer();
  wire::CommitStatus mark(SampleId id, bool usable);
  void count_draw(Slot slot);
  Slot take_row(SampleId id, std::unique_lock<std::mutex>& lock);
  struct Halves {
    bool whole = true;        ///< a pair has its state; a direct sample needs none
    std::optional<Slot> row;  ///< of the history, where the step waits for a later one
  };
  Halves join(Slot slot, SampleId id);
  wire::CommitStatus commit(Slot slot, bool usable);
  wire::CommitStatus commit_first(Slot row, bool usable);
  void copy(Slot slot, std::size_t position, Batch& batch) const;
  void read_pinned(Batch& batch);
  bool more_room() const;
  void tell_room(bool more) const;
  void record(LineageEvent::Kind event, std::uint64_t number = 0,
              std::span<const SampleId> of = {});
  void record_draw(std::uint64_t batch);
  void flush_lineage(std::unique_lock<std::mutex>& lock, bool all = false);
  StoreState tables() const;
  void put(const CutSample& sample, const RowPlace& place, std::span<const float> row);
  void check(const CutSample& sample, const StoreState& state) const;
  bool is_history(std::span<const CutSample> samples) const;
  void check(const StoreState& state, const std::vector<RowPlace>& known) const;

  // Fixed after construction.
  const Design& design;
  const BufferKind kind;
  const NonFinite non_finite;
  const std::size_t sample_size, parameter_count;
  const std::size_t lead;       ///< 0: direct samples
  const std::size_t most_rows;  ///< of the history
  const bool reproducible;
  const TimeAxis time;
  std::function<void()> room_callback;

  // What a slot holds: the aggregator's while it is filling, whoever's pin it is after; never under
  // the lock.
  SlotRows rows;
  SlotFacts facts;  ///< but for their draws, which are counted under the lock

  // The trainer's alone: the slots of the batch under assembly, and the names of their samples.
  std::vector<Slot> pinned;
  std::vector<SampleId> drawn;

  std::unique_ptr<LineageLog> lineage;  ///< null: none; what it holds in memory is under the lock

  mutable std::mutex mutex;
  std::condition_variable changed;  ///< the offer may be another
  // Guarded by mutex.
  std::unique_ptr<Buffer> buffer;
  Ledger ledger;
  History history;
  std::vector<double> repeats = {0};  ///< samples drawn k times
  std::size_t batch_asked = 1;        ///< by the last offer
  Offer offered{Readiness::below, 0};
  bool promised = false;              ///< an offer stands that was not drawn yet
  mutable std::size_t told_room = 0;  ///< what the aggregator asked, or was told, last
  Ledger durable;                     ///< that of the last published cut
  std::shared_ptr<CutRows> cut_rows;  ///< of the cut in progress, if any
  // By slot, those of the history behind the buffer's.
  std::vector<std::optional<RowPlace>> places;  ///< of the row in each slot, as far as published
  std::vector<bool> refilled;                   ///< slots taken since the last cut
};

}  // namespace weir

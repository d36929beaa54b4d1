#pragma once
// What aggregator and trainer share: the buffer, the slots' rows, and the ledger, under one lock.

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "server/buffer/buffer.h"
#include "server/checkpoint/store_cut.h"
#include "server/samples/sample_source.h"
#include "src/core/file_system.h"
#include "src/core/ledger.h"
#include "src/study/study.h"
#include "src/wire/sample_sink.h"

namespace weir {

class Design;

/// Aggregator thread: the SampleSink part. Trainer thread: the SampleSource part and end_reception.
/// Any thread: occupancy, counts. Rows are copied without the lock: filling slots belong to the
/// aggregator, pinned ones to the trainer.
class SampleStore final : public wire::SampleSink, public SampleSource {
 public:
  /// Allocates capacity × sample size floats. Error{environment} when the memory is not there (it
  /// says how much was asked and is available, and which capacity would fit).
  SampleStore(const Study& study, const Design& design, std::size_t rank, std::size_t ranks);
  ~SampleStore() override;

  std::size_t room() const override;
  /// Precondition: the design has the simulation, the study has the step.
  wire::Begin begin(SampleId id) override;
  float* row(wire::Slot slot, std::size_t field) override;
  void set_time(wire::Slot slot, double time) override;
  wire::CommitStatus commit(wire::Slot slot) override;
  void abandon(wire::Slot slot) override;
  void forget(std::uint64_t sim) override;
  std::vector<std::uint8_t> held(std::uint64_t sim) const override;
  bool complete(std::uint64_t sim) const override;

  Offer offer(std::size_t batch) override;
  void wait(Duration at_most) override;
  void draw(std::size_t count, Batch& batch) override;
  std::size_t peek(std::size_t count, Batch& batch) override;
  std::vector<std::span<float>> memory() override;
  Occupancy occupancy() const override;

  /// A cut of what the store holds now; between two batches, one at a time, by the trainer's
  /// thread. Rows are read by the checkpoint's thread while aggregator and trainer go on: a row
  /// that is still to be written is copied before its slot is filled anew. What is copied so is
  /// bounded (64 MiB, or one row): beyond it begin() says no_room.
  std::unique_ptr<StoreCut> cut();
  /// The cut was published, with the rows at `places` (one a sample of `state`): later cuts need
  /// not write them again, and durable() answers from its ledger. Trainer's thread.
  void published(const StoreState& state, const std::vector<RowPlace>& places);
  /// Before the threads start: all is as it was at that cut; its samples count as durable and lie
  /// at `places`. Error{input}: the state does not fit the study (capacity, kind, steps, rank,
  /// ranks).
  void restore(const StoreState& state, const std::vector<RowPlace>& places, const ReadRow& read);
  std::vector<std::uint8_t> durable(std::uint64_t sim) const override;

  /// Writes the study's lineage log to `path` from now on: before restore(), which goes on with the
  /// log as it was at the cut, and before the threads start. A disk that is full costs events of
  /// the log, never samples; `warning` says so once, on the trainer's or the checkpoint's thread.
  void log_lineage(FileSystem& files, const Path& path,
                   std::function<void(const std::string&)> warning);
  /// The training has ended in order: writes the rest of the log. `exhausted`: all samples were
  /// used up. Trainer's thread.
  void end_lineage(bool exhausted);

  /// No simulation goes on. The aggregator may learn of it later: steps that it still commits are
  /// taken as before. Trainer's thread.
  void end_reception();
  /// Called (by the trainer's or the checkpoint's thread, without a lock) when there is room for at
  /// least twice as many samples as the aggregator last learned of; the aggregator's wake-up. To be
  /// set before the threads start.
  void on_room(std::function<void()> callback);
  LedgerCounts counts() const;
  /// Accepted samples that can be drawn: all, or, autoregressive, those of which the earlier step
  /// is accepted as well.
  std::size_t trainable() const;
  /// A copy, for saving.
  Ledger ledger() const;
  /// How often each sample still or formerly in the buffer was drawn: repeats[k] = samples drawn k
  /// times.
  std::vector<double> repeats() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace weir

#pragma once
// Repeats a recorded training: the same batches in the same order, their rows read from a data set.

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <unordered_map>
#include <vector>

#include "server/buffer/buffer.h"
#include "server/data/data_set.h"
#include "server/samples/sample_source.h"
#include "server/training/round.h"
#include "src/core/lineage_file.h"
#include "src/study/study.h"

namespace weir {

/// Goes through the log of a reproducible study: repeats each arrival on a buffer of its own, lets
/// it choose again, and compares every choice with the recorded one. To be given to a trainer both
/// as its source and as its participant: it counts the batches of all ranks by the rounds. Trained
/// so from the study's own file, on as many ranks, a CPU ends with the same weights to the bit.
/// Used by one thread. Errors of all calls: Error{input}: the log is not reproducible, has a gap or
/// does not fit the study; the data set lacks a simulation; Error{environment}: a file cannot be
/// read.
class ReplaySource final : public SampleSource, public RoundParticipant {
 public:
  /// `log`: lineage.R of this rank. `data`: a data set of the study with every simulation that was
  /// trained on.
  ReplaySource(const Study& study, FileSystem& files, const Path& log, const Path& data,
               std::size_t rank, std::size_t ranks);
  ~ReplaySource() override;

  void go_on_after(std::size_t batches, std::size_t batch) override;
  Offer offer(std::size_t batch) override;
  void wait(Duration) override {}  ///< the offer changes by drawing alone
  void draw(std::size_t count, Batch& batch) override;
  std::size_t peek(std::size_t count, Batch& batch) override;
  Occupancy occupancy() const override { return buffer_->occupancy(); }

  RoundInput before_round() override { return {}; }
  void after_round(const Agreed& agreed) override { batches_ += agreed.step; }

 private:
  using Kind = LineageEvent::Kind;

  const LineageEvent* next_draw();
  LineageEvent advance_to(Kind kind);
  void apply(const LineageEvent& event);
  void arrive(const LineageEvent& event);
  void leave_filling(const LineageEvent& event);
  void choose(const LineageEvent& event);
  void look(std::size_t count);
  void unpin();
  void copy(Batch& batch) const;
  void read(std::size_t position, const FieldScales& scales, float* to) const;

  LineageReader reader_;
  DataSet data_;
  std::unordered_map<std::uint64_t, std::size_t> position_;  ///< of a simulation in the data set
  std::size_t sample_size_, lead_;
  std::unique_ptr<Buffer> buffer_;
  std::vector<SampleId> ids_;  ///< by slot
  std::vector<bool> filling_;  ///< by slot
  std::vector<Slot> pinned_;
  std::deque<LineageEvent> ahead_;  ///< read, not applied: up to the next draw
  bool at_end_ = false;             ///< nothing more is to be read
  std::uint64_t batches_ = 0;
};

}  // namespace weir

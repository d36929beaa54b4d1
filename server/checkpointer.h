#pragma once
// When a cut is taken, and by which steps, agreed in the rounds, it becomes a published checkpoint
// beside training.
//
// due → cut → every rank's thread writes its part → all have written → rank 0's thread publishes
// → published. A part that cannot be written ends the cut on every rank; the training goes on, and
// the next cut is tried when it is due.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "server/background.h"
#include "server/checkpoint/checkpoint.h"
#include "server/cut_files.h"
#include "server/training/round.h"
#include "src/core/clock.h"
#include "src/study/study.h"

namespace weir {

/// What a published cut has cost on this rank.
struct CutCost {
  std::uint64_t number = 0;
  std::size_t batch = 0;
  double pause_seconds = 0;  ///< the trainer waited
  double write_seconds = 0;  ///< from then to the cut's publication
  std::uint64_t bytes = 0;
  std::size_t rows_written = 0, rows_reused = 0;
};

/// Called by the trainer's thread.
class CutObserver {
 public:
  virtual ~CutObserver() = default;
  /// `store` is null when the cut had no store.
  virtual void published(const CutCost& cost, const StoreState* store,
                         const std::vector<RowPlace>& places) = 0;
  /// Once, until a cut succeeds again: why this rank cannot write cuts.
  virtual void failed(const std::string& reason) = 0;
};

/// Used by the trainer's thread; owns the thread `weir-checkpoint`.
class Checkpointer {
 public:
  /// `first`: the name of the next cut, but for its batch. All arguments outlive the checkpointer.
  /// `superseded` is asked by the checkpoint's thread of rank 0 before it writes and before it
  /// publishes: whether a later server of the study is there.
  Checkpointer(const CheckpointSettings& settings, const CutName& first, std::size_t rank,
               CutFiles& files, CutObserver& observer, std::function<bool()> superseded,
               const Clock& clock);

  /// `worth`: there is something to keep. Error{environment}: a later server of this study is
  /// there; this one must end.
  void before_round(RoundInput& input, bool worth);
  void after_round(const Agreed& agreed);
  /// Takes what a round agreed to cut.
  void cut(TrainingState training, std::unique_ptr<StoreCut> store, std::string server);

  void request() { wanted_ = true; }  ///< a cut is due now
  /// No cut is in progress, or asked for by request().
  bool settled() const { return phase_ == Phase::idle && !wanted_; }

 private:
  enum class Phase {
    idle,
    writing,     ///< this rank's part, or waiting for those of the others
    publishing,  ///< by rank 0
    giving_up,
  };
  struct Work {  ///< one cut; the background's while it is busy
    RankCut cut;
    PartWritten part;
    std::string error;
    bool superseded = false;
  };

  bool due(bool worth) const;
  void start(void (Checkpointer::*task)());
  void write();
  void publish();
  void clear_away();
  void conclude();
  void tell();
  void give_up();

  const CheckpointSettings& settings_;
  const std::size_t rank_;
  CutFiles& files_;
  CutObserver& observer_;
  const std::function<bool()> superseded_;
  const Clock& clock_;

  CutName next_;
  Phase phase_ = Phase::idle;
  bool wanted_ = false, warned_ = false;
  std::size_t batches_ = 0;  ///< since the last cut
  Time last_cut_, agreed_at_;
  double pause_seconds_ = 0;
  std::unique_ptr<Work> work_;
  Background background_;  // last: its thread uses the above
};

}  // namespace weir

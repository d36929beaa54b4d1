#pragma once
// The cuts of one rank: what belongs into one, and who is told when it is published.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include <spdlog/logger.h>

#include "server/aggregator.h"
#include "server/checkpoint/checkpoint.h"
#include "server/checkpointer.h"
#include "server/collective/collective.h"
#include "server/control/controller.h"
#include "server/metrics/metrics.h"
#include "server/store/sample_store.h"
#include "server/training/round.h"
#include "src/core/clock.h"
#include "src/study/study.h"

namespace weir {

/// What a cut is taken from, and who hears of it. All outlive the cuts.
struct CutParts {
  CheckpointFolder& folder;
  SampleStore* store;      ///< null: the study trains from a data set
  Controller* controller;  ///< null but on rank 0
  Aggregator& aggregator;
  Metrics& metrics;
  spdlog::logger& log;
  const Clock& clock;
  std::function<std::string()> server_state;  ///< JSON of the server itself
  std::function<bool()> superseded;           ///< see Checkpointer
};

/// Used by the trainer's thread.
class StudyCuts final : private CutObserver {
 public:
  /// `first`: the name of the next cut.
  StudyCuts(const CutParts& parts, const CheckpointSettings& settings, const CutName& first,
            std::size_t rank);

  /// Error{environment}: a later server of this study is there.
  void before_round(RoundInput& input);
  void after_round(const Agreed& agreed);
  void cut(TrainingState training);

  /// After the training, when nothing is received any more, collective: takes one more cut when
  /// rank 0 has `wanted` it, and waits for what is in progress, but not for ever. `capture` gives
  /// the training's state.
  void finish(Collective& collective, bool wanted, const std::function<TrainingState()>& capture);

 private:
  void published(const CutCost& cost, const StoreState* store,
                 const std::vector<RowPlace>& places) override;
  void failed(const std::string& reason) override;

  const CutParts parts_;
  const std::size_t rank_;
  // A cut of what an earlier one holds already is of no use.
  std::uint64_t changes_ = 0, changes_at_cut_ = 0, changes_published_ = 0;
  std::unique_ptr<CutFiles> files_;
  Checkpointer checkpointer_;
};

}  // namespace weir

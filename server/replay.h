#pragma once
// Repeats the training that a reproducible study recorded: the same batches, hence on a CPU the
// same weights to the bit.

#include <memory>

#include <spdlog/logger.h>

#include "server/collective/collective.h"
#include "server/server.h"
#include "server/store/replay_source.h"
#include "server/training/trainer.h"
#include "src/core/clock.h"
#include "src/core/study_directory.h"
#include "src/study/study.h"

namespace weir {

/// Used by one thread of each rank, as many ranks as recorded. The study directory is only read.
class Replay {
 public:
  /// Does nothing collective. Error{input}: the study trains from a data set, its lineage log is
  /// missing or not reproducible, a plug-in
  /// cannot be loaded, or the data set does not fit. Error{environment}: a file cannot
  /// be read, or the folder of the results not made.
  Replay(const ServerOptions& options, Collective& collective);

  /// Collective: trains, and writes model, metrics and summary. Returns the exit code, the same on
  /// all ranks. Error{input}: the log has a gap, or the data set lacks a simulation.
  int run();

 private:
  Collective& collective_;
  SystemClock clock_;
  Study study_;
  Registry registry_;
  StudyDirectory results_;
  std::shared_ptr<spdlog::logger> log_;
  ReplaySource source_;
};

}  // namespace weir

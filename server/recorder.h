#pragma once
// Writes the samples of an ensemble into a data set instead of training on them: what `weir
// generate` runs.

#include <cstddef>

#include "server/collective/collective.h"
#include "server/data/data_set.h"
#include "server/samples/sample_source.h"
#include "server/training/round.h"
#include "src/study/study.h"

namespace weir {

struct RecordingResult {
  std::size_t samples = 0;
  std::size_t simulations = 0;  ///< complete ones, which the data set keeps
  bool stopped = false;
};

/// Draws from `source` until it is over or a stop is agreed; then finishes `writer`. One rank.
/// Errors: the writer's.
RecordingResult record(const Study& study, Collective& collective, SampleSource& source,
                       RoundParticipant& participant, DataSetWriter& writer);

}  // namespace weir

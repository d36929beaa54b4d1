#pragma once
// What a training is between two batches, besides its tensors, and its text in a checkpoint.

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "server/metrics/metrics.h"
#include "server/training/schedule.h"
#include "server/training/stop_rule.h"
#include "server/training/trainer.h"
#include "server/training/update_state.h"
#include "src/study/study.h"

namespace weir {

/// Plain data; the same on every rank, but for `metrics`, which rank 0 alone has.
struct TrainingScalars {
  TrainingResult result;
  TrainingProgress progress;
  std::size_t validated_at = 0;         ///< batches
  double loss_since_report = 0;         ///< sum over the batches that no train record has yet
  std::size_t samples_at_report = 0;    ///< of the last train record
  double seconds_since_report = 0;      ///< of training
  bool measured = false;                ///< the statistics of the fields are final
  std::vector<FieldStatistics> fields;  ///< one a field, in the study's order
  std::size_t measured_on = 0;          ///< samples
  ScheduleState schedule;
  Patience patience;
  UpdateState update;
  std::optional<MetricsMark> metrics;
};

/// JSON that parse_scalars() gives back to the bit, whatever the values are.
std::string print_scalars(const TrainingScalars& scalars, const Study& study);
/// Error{input}: not such a text, of another version, or of a study that trains otherwise, and what
/// differs.
TrainingScalars parse_scalars(const std::string& text, const Study& study);

}  // namespace weir

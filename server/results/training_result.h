#pragma once
// What came of a training. Plain data.

#include <cstddef>
#include <optional>
#include <string>

#include "server/results/validation_result.h"

namespace weir {

struct TrainingResult {
  std::size_t batches = 0;
  std::size_t samples = 0;  ///< over all ranks, repeats counted
  double seconds = 0;       ///< from the first batch to the last
  double last_train_loss = 0;
  std::optional<ValidationResult> validation;  ///< of the final weights, or of their average
  std::optional<double> best_validation_loss;
  bool identical_weights = true;  ///< all ranks hold the same bits
  bool stopped = false;           ///< by a stop or a limit, before the samples were used up
  std::string limit;              ///< of the study that ended it, in words; empty without one
};

}  // namespace weir

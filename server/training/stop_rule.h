#pragma once
// When a training ends before its samples are used up.

#include <cstddef>
#include <string>

#include "server/results/training_result.h"
#include "src/study/study.h"

namespace weir {

/// How long the validations have brought nothing better (Prechelt, 1998, "Early stopping - but
/// when?", counted in validations). The best loss itself is the training's result.
struct Patience {
  std::size_t without_better = 0;  ///< validations in a row

  /// Told of each validation, before the result knows its loss. Any loss is better than NaN.
  void validated(double loss, const TrainingResult& so_far);
};

/// Which limit of the study is reached after a step, in words, or nothing. `validated`: the
/// result's validation is of this very step.
std::string reached_limit(const StopSettings& stop, const TrainingResult& result, bool validated,
                          const Patience& patience);

}  // namespace weir

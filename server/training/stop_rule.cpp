#include "server/training/stop_rule.h"

#include <cmath>

#include "src/core/number_text.h"

namespace weir {

void Patience::validated(double loss, const TrainingResult& so_far) {
  const auto& best = so_far.best_validation_loss;
  const bool better = !best || std::isnan(*best) ? !std::isnan(loss) : loss < *best;
  without_better = better ? 0 : without_better + 1;
}

std::string reached_limit(const StopSettings& stop, const TrainingResult& result, bool validated,
                          const Patience& patience) {
  if (stop.batches && result.batches >= *stop.batches)
    return "it trained on " + std::to_string(result.batches) + " batches (training.stop.batches)";
  if (!validated || !result.validation) return "";
  const double loss = result.validation->loss;
  if (stop.validation_loss && loss <= *stop.validation_loss)
    return "the validation loss reached " + number_text(loss) + " (training.stop.validation_loss)";
  if (stop.patience && patience.without_better >= *stop.patience)
    return std::to_string(patience.without_better) + " validations brought no better loss than " +
           number_text(result.best_validation_loss.value_or(loss)) + " (training.stop.patience)";
  return "";
}

}  // namespace weir

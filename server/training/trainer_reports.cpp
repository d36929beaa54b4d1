// What a training tells of itself: validations, records, progress.

#include <algorithm>
#include <cmath>

#include "server/tensors/batch_rows.h"
#include "server/tensors/device.h"
#include "server/training/digest.h"
#include "server/training/trainer_impl.h"
#include "src/core/failpoint.h"

namespace weir {

void Trainer::Impl::validate() {
  if (!validation) return;
  WEIR_FAILPOINT("trainer.before_validation");
  const auto found = with_user_code("a validation", [this] { return validate_weights(); });
  patience.validated(found.loss, result);
  result.best_validation_loss =
      std::fmin(result.best_validation_loss.value_or(found.loss), found.loss);
  result.validation = found;
  validated_at = result.batches;
  progress.validation_loss = found.loss;
  schedule.validated(found.loss);
  metrics.record_fields(
      "validation", result.batches,
      {{"loss", found.loss}, {"mse", found.mse}, {"relative_l2", found.relative_l2}},
      field_records(found));
  WEIR_FAILPOINT("trainer.after_validation");
}

/// Of what is exported.
ValidationResult Trainer::Impl::validate_weights() {
  const auto averaged = training_step.averaged();
  const auto alive = [this] { ++pulse; };
  if (const auto found = validation->roll_out(*model, normalisation, collective, alive))
    metrics.record_fields("rollout", result.batches, {{"relative_l2", found->relative_l2}},
                          field_records(found->steps));
  return validation->run(*model, *loss, normalisation, collective, alive);
}

void Trainer::Impl::report() {
  const double seconds = Seconds(clock.now() - reported).count();
  const auto samples = static_cast<double>(result.samples - samples_at_report);
  if (seconds > 0) progress.samples_per_second = samples / seconds;
  metrics.record("train", result.batches,
                 {{"loss", loss_since_report / report_every},
                  {"learning_rate", progress.learning_rate},
                  {"samples", static_cast<double>(result.samples)},
                  {"samples_per_second", progress.samples_per_second}});
  const Occupancy now = source.occupancy();
  metrics.record("buffer", result.batches,
                 {{"population", static_cast<double>(now.population())},
                  {"unseen", static_cast<double>(now.unseen)},
                  {"seen", static_cast<double>(now.seen)},
                  {"free", static_cast<double>(now.free)}});
  loss_since_report = 0;
  samples_at_report = result.samples;
  reported = clock.now();
}

void Trainer::Impl::report_progress() const {
  TrainingProgress now = progress;
  now.batches = result.batches;
  now.samples = result.samples;
  now.train_loss = result.last_train_loss;
  progressed(now);
}

/// And averages of them.
bool Trainer::Impl::identical_weights() {
  std::uint64_t mine = digest({});
  const auto add = [&mine](const std::vector<torch::Tensor>& tensors) {
    for (const auto& tensor : tensors) {
      const auto host = on_host(tensor);
      mine = digest(values_of(host), mine);
    }
  };
  add(model->parameters());
  add(training_step.averages());
  const auto word = static_cast<std::int64_t>(mine);
  const auto all = collective.gather({&word, 1});
  return std::all_of(all.begin(), all.end(), [=](std::int64_t other) { return other == word; });
}

}  // namespace weir

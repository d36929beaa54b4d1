// What a cut of a training holds, and how one goes on from it.

#include "server/training/trainer_impl.h"

namespace weir {

TrainingState Trainer::Impl::capture(bool tensors) const {
  TrainingState state;
  state.batch = result.batches;
  state.scalars = print_scalars(scalars(), study);
  if (!tensors) return state;
  auto all = places();
  all.push_back(simulations.tensor());
  state.tensors = copies_of(all, captured);
  return state;
}

std::vector<NamedTensor> Trainer::Impl::places() const {
  auto all = training_step.state();
  if (!loop) return all;
  const auto own = loop_state(*loop, study);
  all.insert(all.end(), own.begin(), own.end());
  return all;
}

void Trainer::Impl::restore(const TrainingState& state) {
  const auto found = parse_scalars(state.scalars, study);
  training_step.prepare_restore(found.result.batches, found.update);
  auto all = places();
  const auto trained = TrainedSimulations::room(state);
  all.push_back(trained);
  fill(all, state.tensors);
  simulations.restore(trained.tensor);
  set_scalars(found);
  source.go_on_after(result.batches, samples_of_a_step(study.training));
  if (found.metrics) metrics.roll_back(*found.metrics);
}

TrainingScalars Trainer::Impl::scalars() const {
  TrainingScalars now;
  now.result = result;
  now.progress = progress;
  now.validated_at = validated_at;
  now.loss_since_report = loss_since_report;
  now.samples_at_report = samples_at_report;
  now.seconds_since_report =
      started ? Seconds(clock.now() - reported).count() : seconds_since_report;
  now.measured = measured;
  now.fields = normalisation.fields;
  now.measured_on = normalisation.samples;
  now.schedule = schedule.state();
  now.patience = patience;
  now.update = training_step.update_state();
  now.metrics = metrics.mark(result.batches);
  return now;
}

void Trainer::Impl::set_scalars(const TrainingScalars& from) {
  result = from.result;
  progress = from.progress;
  validated_at = from.validated_at;
  loss_since_report = from.loss_since_report;
  samples_at_report = from.samples_at_report;
  seconds_since_report = from.seconds_since_report;
  measured = from.measured;
  normalisation.fields = from.fields;
  normalisation.samples = from.measured_on;
  schedule.restore(from.schedule);
  patience = from.patience;
}

}  // namespace weir

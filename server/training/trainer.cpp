#include "server/training/trainer.h"

#include <utility>

#include "server/export/model_files.h"
#include "server/models/study_model.h"
#include "server/tensors/device.h"
#include "server/tensors/torch_setup.h"
#include "server/training/trainer_impl.h"
#include "server/training/watched_transform.h"
#include "src/core/failpoint.h"

namespace weir {
namespace {

constexpr std::chrono::milliseconds longest_wait{10};

std::shared_ptr<Model> model_of(const Study& study, const Plugged& plugged,
                                const torch::Device& device) {
  set_up_torch(study.server.threads);
  torch::manual_seed(study.seed);
  auto model = make_model(study, plugged);
  model->to(device);
  return model;
}

bool calls_user_code(const Study& study) {
  const auto& training = study.training;
  return training.model.kind == ModelKind::torchscript ||
         training.model.kind == ModelKind::plugin || training.loss.kind == LossKind::plugin ||
         !training.transform.empty();
}

std::unique_ptr<Validation> validation_of(const Study& study, const Collective& collective) {
  if (study.validation.dataset.empty()) return nullptr;
  return std::make_unique<Validation>(study, collective.rank(), collective.ranks());
}

}  // namespace

Trainer::Impl::Impl(const Study& of, Collective& with, SampleSource& from, RoundParticipant& beside,
                    Metrics& to, const Clock& by, const Plugged& plugged)
    : study(of),
      has_user_code(calls_user_code(of)),
      collective(with),
      source(from),
      participant(beside),
      metrics(to),
      clock(by),
      normalisation(make_normalisation(of)),
      measured(of.training.normalisation.kind != NormalisationKind::measured),
      device(set_up_device(of, with.local_rank())),
      model(model_of(of, plugged, device)),
      loss(make_loss(of, plugged, device)),
      training_step(of, normalisation, with, model, *loss, from.memory(),
                    make_transform(of, plugged)),
      ahead(prefetches(of.training, device)),
      loop(make_loop(of, plugged, *model, *loss)),
      validation(validation_of(of, with)),
      schedule(of.training.schedule, initial_rate(of.training, with.ranks())) {}

TrainingResult Trainer::Impl::run() {
  model->train();
  training_step.broadcast_weights();
  // While the first samples are on their way, not in the first cut.
  const bool cuts = study.checkpoint.every > 0 || study.checkpoint.batches;
  if (cuts && collective.rank() == 0) captured->reserve(training_step.state_sizes());
  train();
  if (result.batches > 0 && validated_at != result.batches) validate();
  simulations.unite(collective);
  result.identical_weights = identical_weights();
  metrics.flush();
  return result;
}

void Trainer::Impl::train() {
  if (!loop) {
    while (const auto agreed = next_batch())
      if (!step(*agreed)) return;
    return;
  }
  LoopStream stream(*this, collective);
  const bool seen_to_the_end =
      call_user_code(ErrorKind::study, "the training loop \"" + study.training.loop + '"', [&] {
        loop->run(stream);
        return stream.finish();
      });
  result.stopped = result.stopped || !seen_to_the_end;
}

/// Rounds until all ranks draw; nothing when the training is over.
std::optional<Agreed> Trainer::Impl::next_batch() {
  for (;;) {
    ++pulse;
    const Offer offer = source.offer(samples_of_a_step(study.training));
    const Agreed agreed = agree(collective, offer, participant.before_round());
    participant.after_round(agreed);
    if (agreed.step && !agreed.cut && !agreed.stop) return agreed;
    finish();
    if (agreed.cut) cut();
    if (agreed.over || agreed.stop) {
      result.stopped = !agreed.over;
      return std::nullopt;
    }
    if (agreed.step) return agreed;
    metrics.flush_when_due();
    source.wait(longest_wait);
  }
}

/// The trainer waits; only rank 0's state is kept.
void Trainer::Impl::cut() {
  WEIR_FAILPOINT("trainer.before_cut");
  simulations.unite(collective);
  participant.cut(capture(/*tensors=*/collective.rank() == 0));
  WEIR_FAILPOINT("trainer.after_cut");
}

/// Whether there may be another one. The step before may still be open: its loss is read when this
/// one's samples are drawn, so that a GPU has something to do meanwhile.
bool Trainer::Impl::step(const Agreed& agreed) {
  if (!started) start();
  const auto samples =
      with_user_code("a training step", [&] { return training_step.draw(agreed, source); });
  finish();
  set_rate(agreed);
  with_user_code("a training step", [&] { training_step.launch(samples, progress.learning_rate); });
  add(agreed);
  open = true;
  return ahead && !is_looked_at_next() ? true : finish();
}

/// Whether the latest step decides what comes next, before another one is drawn.
bool Trainer::Impl::is_looked_at_next() const {
  const bool validates = validation && result.batches % study.validation.every == 0;
  const auto& most = study.training.stop.batches;
  return validates || (most && result.batches >= *most);
}

/// Of the open step, if there is one. Whether there may be another one.
bool Trainer::Impl::finish() {
  if (!std::exchange(open, false)) return true;
  return conclude(with_user_code("a training step", [this] { return training_step.finish(); }));
}

void Trainer::Impl::set_rate(const Agreed& agreed) {
  progress.learning_rate = schedule.rate(result.samples, agreed.total);
}

SampleBatch Trainer::Impl::draw(const Agreed& agreed) {
  if (!started) start();
  set_rate(agreed);
  auto samples = training_step.draw(agreed, source);
  training_step.set_losses({});  // a rank that drew nothing is told none by the loop
  return samples;
}

void Trainer::Impl::learnt(const torch::Tensor& losses) {
  const auto* const values = losses.data_ptr<float>();
  training_step.set_losses({values, values + losses.numel()});
}

bool Trainer::Impl::count(const Agreed& agreed, double mean_loss) {
  training_step.share_buffers();
  add(agreed);
  return conclude(mean_loss);
}

void Trainer::Impl::add(const Agreed& agreed) {
  simulations.note(training_step.drawn());
  result.samples += agreed.total;
  ++result.batches;
}

bool Trainer::Impl::conclude(double mean_loss) {
  result.last_train_loss = mean_loss;
  stepped(result.batches, mean_loss, training_step.drawn(), training_step.drawn_losses());
  loss_since_report += result.last_train_loss;
  if (result.batches % report_every == 0) report();
  if (validation && result.batches % study.validation.every == 0) validate();
  result.seconds = Seconds(clock.now() - first_batch).count();
  WEIR_FAILPOINT("trainer.after_step");
  report_progress();
  if (!reached_a_limit()) return true;
  result.stopped = true;
  return false;
}

/// The first step is the first moment at which all ranks hold samples. Time between two processes
/// does not count.
void Trainer::Impl::start() {
  const auto before = [now = clock.now()](double seconds) {
    return now - std::chrono::duration_cast<Duration>(Seconds(seconds));
  };
  first_batch = before(result.seconds);
  reported = before(seconds_since_report);
  started = true;
  if (measured) return;
  measure_fields(normalisation, study, source, collective, warned);
  measured = true;
}

bool Trainer::Impl::reached_a_limit() {
  const bool validated = validated_at == result.batches;
  result.limit = reached_limit(study.training.stop, result, validated, patience);
  return !result.limit.empty();
}

Trainer::Trainer(const Study& study, Collective& collective, SampleSource& source,
                 RoundParticipant& participant, Metrics& metrics, const Clock& clock,
                 const Registry& registry)
    : impl_(std::make_unique<Impl>(
          study, collective, source, participant, metrics, clock,
          plugged(registry, study, collective.rank(), collective.ranks()))) {}

Trainer::~Trainer() = default;

void Trainer::on_progress(std::function<void(const TrainingProgress&)> callback) {
  impl_->progressed = std::move(callback);
}

void Trainer::on_warning(std::function<void(const std::string&)> callback) {
  impl_->warned = std::move(callback);
}

void Trainer::on_batch(BatchCallback callback) { impl_->stepped = std::move(callback); }

TrainingResult Trainer::run() { return impl_->run(); }

TrainingState Trainer::capture() const { return impl_->capture(/*tensors=*/true); }

void Trainer::restore(const TrainingState& state) { impl_->restore(state); }

std::string Trainer::device() const { return described(impl_->device); }

std::uint64_t Trainer::pulse() const noexcept { return impl_->pulse; }

void Trainer::export_model(const std::filesystem::path& folder,
                           const TrainingResult& result) const {
  WEIR_FAILPOINT("trainer.before_export");
  const auto averaged = impl_->training_step.averaged();
  const OnHost on_the_host(*impl_->model);
  const TrainedModel trained{*impl_->model, impl_->normalisation, impl_->study, result,
                             impl_->simulations.count()};
  export_files(posix_file_system(), folder, trained, impl_->warned, [this] { ++impl_->pulse; });
  WEIR_FAILPOINT("trainer.after_export");
}

}  // namespace weir

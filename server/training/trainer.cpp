#include "server/training/trainer.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <utility>

#include "server/export/model_files.h"
#include "server/losses/loss.h"
#include "server/models/model.h"
#include "server/models/study_model.h"
#include "server/plugin/user_code.h"
#include "server/samples/normalisation.h"
#include "server/tensors/batch_rows.h"
#include "server/tensors/device.h"
#include "server/tensors/state_tensors.h"
#include "server/tensors/torch_setup.h"
#include "server/training/digest.h"
#include "server/training/loop_stream.h"
#include "server/training/schedule.h"
#include "server/training/stop_rule.h"
#include "server/training/trained_simulations.h"
#include "server/training/training_scalars.h"
#include "server/training/training_step.h"
#include "server/training/user_loop.h"
#include "server/training/watched_transform.h"
#include "server/validation/validation.h"
#include "src/core/failpoint.h"

namespace weir {
namespace {

constexpr std::chrono::milliseconds longest_wait{10};
constexpr std::size_t report_every = 10;  // batches

std::shared_ptr<Model> model_of(const Study& study, const Plugged& plugged,
                                const torch::Device& device) {
  set_up_torch(study.server.threads);
  torch::manual_seed(study.seed);
  auto model = make_model(study, plugged);
  model->to(device);
  return model;
}

bool has_user_code(const Study& study) {
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

struct Trainer::Impl final : BatchTurns {
  Impl(const Study& of, Collective& with, SampleSource& from, RoundParticipant& beside, Metrics& to,
       const Clock& by, const Plugged& plugged)
      : study(of),
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
        training_step(of, normalisation, with, model, *loss, make_transform(of, plugged)),
        loop(make_loop(of, plugged, *model, *loss)),
        validation(validation_of(of, with)),
        schedule(of.training.schedule, initial_rate(of.training, with.ranks())) {}

  TrainingResult run();
  void train();
  std::optional<Agreed> next_batch() override;
  void cut();
  TrainingState capture(bool tensors) const;
  void restore(const TrainingState& state);
  TrainingScalars scalars() const;
  void set_scalars(const TrainingScalars& scalars);
  std::vector<NamedTensor> places() const;
  template <typename Call>
  auto with_user_code(const char* place, Call&& call) const;
  bool step(const Agreed& agreed);
  void begin(const Agreed& agreed);
  bool count(const Agreed& agreed, double mean_loss) override;
  SampleBatch draw(const Agreed& agreed) override;
  double learning_rate() const override { return progress.learning_rate; }
  std::size_t batches() const override { return result.batches; }
  void learnt(const torch::Tensor& losses) override;
  void start();
  void validate();
  ValidationResult validate_weights();
  bool reached_a_limit();
  void report();
  void report_progress() const;
  bool identical_weights();

  const Study& study;
  Collective& collective;
  SampleSource& source;
  RoundParticipant& participant;
  Metrics& metrics;
  const Clock& clock;
  std::function<void(const TrainingProgress&)> progressed = [](const TrainingProgress&) {};
  BatchCallback stepped = [](auto, auto, auto, auto) {};
  std::function<void(const std::string&)> warned = [](const std::string&) {};

  Normalisation normalisation;
  bool measured;  ///< the fields' statistics are final
  const torch::Device device;
  std::shared_ptr<Model> model;
  std::unique_ptr<Loss> loss;
  TrainingStep training_step;
  std::shared_ptr<TrainingLoop> loop;  ///< of a plug-in's; null: the steps are weir's
  std::unique_ptr<Validation> validation;
  Schedule schedule;
  Patience patience;

  TrainingResult result;
  TrainingProgress progress;
  TrainedSimulations simulations;
  Time first_batch{};
  bool started = false;          ///< this process has trained on a batch
  std::size_t validated_at = 0;  ///< batches
  double loss_since_report = 0;
  std::size_t samples_at_report = 0;
  Time reported{};
  double seconds_since_report = 0;  ///< at the state that this went on from
  std::shared_ptr<RecycledMemory> captured = std::make_shared<RecycledMemory>();
  std::atomic<std::uint64_t> pulse{0};
};

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

/// What is wrong with the user's code would be wrong again: no reason to start the server anew.
template <typename Call>
auto Trainer::Impl::with_user_code(const char* place, Call&& call) const {
  if (!has_user_code(study)) return call();
  return call_user_code(ErrorKind::study, place, std::forward<Call>(call));
}

/// Whether there may be another one.
bool Trainer::Impl::step(const Agreed& agreed) {
  begin(agreed);
  const auto one_step = [&] { return training_step.run(agreed, source, progress.learning_rate); };
  return count(agreed, with_user_code("a training step", one_step));
}

void Trainer::Impl::begin(const Agreed& agreed) {
  if (!started) start();
  progress.learning_rate = schedule.rate(result.samples, agreed.total);
}

SampleBatch Trainer::Impl::draw(const Agreed& agreed) {
  begin(agreed);
  return training_step.draw(agreed, source);
}

void Trainer::Impl::learnt(const torch::Tensor& losses) {
  const auto* const values = losses.data_ptr<float>();
  training_step.set_losses({values, values + losses.numel()});
}

bool Trainer::Impl::count(const Agreed& agreed, double mean_loss) {
  if (loop) training_step.share_buffers();
  result.last_train_loss = mean_loss;
  simulations.note(training_step.drawn());
  result.samples += agreed.total;
  ++result.batches;
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

bool Trainer::Impl::reached_a_limit() {
  const bool validated = validated_at == result.batches;
  result.limit = reached_limit(study.training.stop, result, validated, patience);
  return !result.limit.empty();
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

#include "server/training/trainer.h"

#include <algorithm>
#include <cmath>
#include <unordered_set>
#include <utility>

#include "server/training/digest.h"
#include "server/training/export.h"
#include "server/training/model.h"
#include "server/training/model_card.h"
#include "server/training/normalisation.h"
#include "server/training/schedule.h"
#include "server/training/torch_threads.h"
#include "server/training/training_step.h"
#include "server/training/validation.h"

namespace weir {
namespace {

constexpr std::chrono::milliseconds longest_wait{10};
constexpr std::size_t report_every = 10;  // batches

std::shared_ptr<Model> model_of(const Study& study, const Normalisation& normalisation) {
  set_torch_threads(study.server.threads);
  torch::manual_seed(study.seed);
  return make_model(study.training.model, normalisation.inputs(), normalisation.outputs(),
                    Random(study.seed, "model"));
}

std::unique_ptr<Validation> validation_of(const Study& study, const Collective& collective) {
  if (study.validation.dataset.empty()) return nullptr;
  return std::make_unique<Validation>(study, collective.rank(), collective.ranks());
}

}  // namespace

struct Trainer::Impl {
  Impl(const Study& of, Collective& with, SampleSource& from, RoundParticipant& beside, Metrics& to,
       const Clock& by)
      : study(of),
        collective(with),
        source(from),
        participant(beside),
        metrics(to),
        clock(by),
        normalisation(make_normalisation(of)),
        measured(of.training.normalisation.kind != NormalisationKind::measured),
        model(model_of(of, normalisation)),
        training_step(of, normalisation, with, model),
        validation(validation_of(of, with)),
        schedule(of.training.schedule, of.training.optimizer.learning_rate) {}

  TrainingResult run();
  bool round();
  void step(const Agreed& agreed);
  void start();
  void validate();
  bool reached_a_limit() const;
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
  std::function<void(const std::string&)> warned = [](const std::string&) {};

  Normalisation normalisation;
  bool measured;  ///< the fields' statistics are final
  std::shared_ptr<Model> model;
  TrainingStep training_step;
  std::unique_ptr<Validation> validation;
  Schedule schedule;

  TrainingResult result;
  TrainingProgress progress;
  std::unordered_set<std::uint64_t> simulations;  ///< that this rank has trained on
  Time first_batch{};
  std::size_t validated_at = 0;  ///< batches
  double loss_since_report = 0;
  std::size_t samples_at_report = 0;
  Time reported{};
};

TrainingResult Trainer::Impl::run() {
  training_step.broadcast_weights();
  while (round()) {
  }
  if (result.batches > 0 && validated_at != result.batches) validate();
  result.identical_weights = identical_weights();
  metrics.flush();
  return result;
}

/// Whether there is another one.
bool Trainer::Impl::round() {
  const Offer offer = source.offer(study.training.batch);
  const Agreed agreed = agree(collective, offer, participant.before_round());
  participant.after_round(agreed);
  if (agreed.over || agreed.stop) {
    result.stopped = !agreed.over;
    return false;
  }
  if (!agreed.step) {
    source.wait(longest_wait);
    return true;
  }
  step(agreed);
  report_progress();
  if (!reached_a_limit()) return true;
  result.stopped = true;
  return false;
}

void Trainer::Impl::step(const Agreed& agreed) {
  if (result.batches == 0) start();
  progress.learning_rate = schedule.rate(result.samples);
  result.last_train_loss = training_step.run(agreed, source, progress.learning_rate);
  for (const auto& id : training_step.drawn()) simulations.insert(id.sim);
  result.samples += agreed.total;
  ++result.batches;
  loss_since_report += result.last_train_loss;
  if (result.batches % report_every == 0) report();
  if (validation && result.batches % study.validation.every == 0) validate();
  result.seconds = Seconds(clock.now() - first_batch).count();
}

/// The first step is the first moment at which all ranks hold samples.
void Trainer::Impl::start() {
  first_batch = reported = clock.now();
  if (measured) return;
  measure_fields(normalisation, study, source, collective, warned);
  measured = true;
}

void Trainer::Impl::validate() {
  if (!validation) return;
  const auto found = validation->run(*model, normalisation, collective);
  result.validation = found;
  result.best_validation_loss =
      std::fmin(result.best_validation_loss.value_or(found.loss), found.loss);
  validated_at = result.batches;
  progress.validation_loss = found.loss;
  schedule.validated(found.loss);
  metrics.record("validation", result.batches,
                 {{"loss", found.loss}, {"mse", found.mse}, {"relative_l2", found.relative_l2}});
}

bool Trainer::Impl::reached_a_limit() const {
  const auto& stop = study.training.stop;
  if (stop.batches && result.batches >= *stop.batches) return true;
  return stop.validation_loss && validated_at == result.batches && result.validation &&
         result.validation->loss <= *stop.validation_loss;
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

bool Trainer::Impl::identical_weights() {
  std::uint64_t mine = digest({});
  for (const auto& parameter : model->parameters()) {
    mine = digest({parameter.data_ptr<float>(), static_cast<std::size_t>(parameter.numel())}, mine);
  }
  const auto word = static_cast<std::int64_t>(mine);
  const auto all = collective.gather({&word, 1});
  return std::all_of(all.begin(), all.end(), [=](std::int64_t other) { return other == word; });
}

Trainer::Trainer(const Study& study, Collective& collective, SampleSource& source,
                 RoundParticipant& participant, Metrics& metrics, const Clock& clock)
    : impl_(std::make_unique<Impl>(study, collective, source, participant, metrics, clock)) {}

Trainer::~Trainer() = default;

void Trainer::on_progress(std::function<void(const TrainingProgress&)> callback) {
  impl_->progressed = std::move(callback);
}

void Trainer::on_warning(std::function<void(const std::string&)> callback) {
  impl_->warned = std::move(callback);
}

TrainingResult Trainer::run() { return impl_->run(); }

void Trainer::export_model(const std::filesystem::path& folder,
                           const TrainingResult& result) const {
  FileSystem& files = posix_file_system();
  files.make_directories(folder, 0700);
  export_safetensors(files, folder / "model.safetensors", *impl_->model, impl_->study.name);
  export_torchscript(files, folder / "model.pt", *impl_->model, impl_->normalisation);
  const CardFacts facts{impl_->simulations.size(), TORCH_VERSION};
  files.replace(folder / "card.json", model_card(impl_->study, impl_->normalisation, result, facts),
                0600);
}

}  // namespace weir

#include "server/training/training_step.h"

#include <algorithm>
#include <exception>
#include <utility>

#include "server/tensors/batch_rows.h"
#include "server/tensors/device.h"
#include "server/training/autocast.h"
#include "src/core/failpoint.h"
#include "src/core/planted_bug.h"
#include "src/core/random.h"
#include "src/core/squares.h"

namespace weir {
namespace {

/// A bug to plant: the norm is that of all ranks' gradients, after the sum.
void clip(std::span<float> gradients, double most) {
  const auto factor = static_cast<float>(clipping(sum_of_squares(gradients), most));
  for (float& gradient : gradients) gradient *= factor;
}

/// A loop of a plug-in's may differentiate the model by its inputs, or twice: autograd does it all.
FlatGradients gradients_of(const Study& study, const std::shared_ptr<Model>& model) {
  return study.training.loop.empty() ? FlatGradients(model) : FlatGradients(model->parameters());
}

/// Bytes of a GPU that are not taken yet when the buffer asks for its part: the optimiser's memory;
/// the outputs of a step's batches, their gradients, and those that are drawn ahead, as of a
/// validation; what libraries take for themselves.
std::size_t spoken_for(const Study& study, std::size_t weights_of_update, std::size_t outputs) {
  constexpr std::size_t libraries = std::size_t{1} << 30, copies_of_outputs = 8;
  const std::size_t samples = samples_of_a_step(study.training) + study.validation.batch;
  return (weights_of_update + copies_of_outputs * samples * outputs) * sizeof(float) + libraries;
}

}  // namespace

TrainingStep::TrainingStep(const Study& study, const Normalisation& normalisation,
                           Collective& collective, std::shared_ptr<Model> model, const Loss& loss,
                           const std::vector<std::span<float>>& memory,
                           std::unique_ptr<Transform> transform)
    : study_(study),
      collective_(collective),
      model_(std::move(model)),
      device_(device_of(*model_)),
      parameters_(model_->parameters()),
      gradients_(gradients_of(study, model_)),
      // On CPUs nothing would be beside anything: docs/decisions/0017.
      sum_(gradients_, collective, device_.is_cpu() ? nullptr : make_device_sum(collective),
           /*early=*/!device_.is_cpu() && !study.training.cuda_graphs),
      buffers_(*model_),
      update_(study.training, parameters_),
      assembly_(study, normalisation, device_, memory, std::move(transform),
                spoken_for(study, update_.copies() * gradients_.size(), normalisation.outputs())),
      pass_(study, *model_, loss, gradients_, device_, assembly_.outputs(),
            samples_of_a_step(study.training) * collective.ranks()) {
  check_precision(study.training.precision, device_);
}

TrainingStep::~TrainingStep() {
  if (std::uncaught_exceptions() > exceptions_) sum_.abandon();
}

void TrainingStep::broadcast_weights() {
  const torch::NoGradGuard no_gradients;
  for (auto& parameter : parameters_) {
    const auto values = on_host(parameter);
    collective_.broadcast(values_of(values));
    if (!device_.is_cpu()) parameter.copy_(values);
  }
  buffers_.broadcast(collective_);
}

double TrainingStep::run(const Agreed& agreed, SampleSource& source, double learning_rate) {
  launch(draw(agreed, source), learning_rate);
  return finish();
}

void TrainingStep::launch(const SampleBatch& samples, double learning_rate) {
  drawn_ = assembly_.ids();
  found_.clear();
  gradients_.begin();
  if (!samples.names.empty()) backward(samples);
  gradients_.collect();
  if (WEIR_BUG("clipped_by_rank")) clip(values_of(gradients_.gradients()), study_.training.clip);
  WEIR_FAILPOINT("trainer.before_allreduce");
  sum_.finish();
  WEIR_FAILPOINT("trainer.before_step");
  update_.run(gradients_, learning_rate);
  buffers_.broadcast(collective_);
}

double TrainingStep::finish() {
  losses_.clear();
  for (const auto& losses : found_) {
    const auto values = on_host(losses);
    losses_.insert(losses_.end(), values.data_ptr<float>(),
                   values.data_ptr<float>() + values.numel());
  }
  return gradients_.loss();
}

void TrainingStep::set_losses(std::vector<float> losses) {
  drawn_ = assembly_.ids();
  losses_ = std::move(losses);
}

std::vector<NamedTensor> TrainingStep::state() const {
  std::vector<NamedTensor> places;
  for (const auto& parameter : model_->named_parameters())
    places.push_back({"model/" + parameter.key(), parameter.value()});
  for (const auto& buffer : model_->named_buffers())
    places.push_back({"model/" + buffer.key(), buffer.value()});
  const auto memory = update_.tensors();
  places.insert(places.end(), memory.begin(), memory.end());
  return places;
}

std::vector<std::size_t> TrainingStep::state_sizes() const {
  std::vector<std::size_t> sizes;
  const std::size_t copies = 1 + update_.copies();
  for (const auto& parameter : parameters_) sizes.insert(sizes.end(), copies, parameter.nbytes());
  for (const auto& buffer : model_->buffers()) sizes.push_back(buffer.nbytes());
  return sizes;
}

void TrainingStep::prepare_restore(std::size_t steps, const UpdateState& update) {
  steps_ = steps;
  update_.restore(update);
}

/// Models and losses of users may draw from LibTorch's generator. It starts anew from the number of
/// the step, so that no state of it has to be kept, and ranks that skip a step stay in order.
void TrainingStep::seed_generator() {
  if (!WEIR_BUG("generator_not_restored")) {
    torch::manual_seed(Random(study_.seed + steps_, "step", collective_.rank())());
  }
  ++steps_;
}

SampleBatch TrainingStep::draw(const Agreed& agreed, SampleSource& source) {
  seed_generator();
  return assembly_.draw(agreed, source, steps_);
}

/// A batch of the study at a time.
void TrainingStep::backward(const SampleBatch& samples) {
  const auto count = static_cast<std::int64_t>(samples.names.size());
  const auto total =
      WEIR_BUG("weight_not_by_samples") ? drawn_.size() * collective_.ranks() : samples.total;
  const auto batch = static_cast<std::int64_t>(study_.training.batch);
  for (std::int64_t first = 0; first < count; first += batch) {
    const auto part = [&](const torch::Tensor& all) {
      return all.defined() ? all.narrow(0, first, std::min(batch, count - first)) : all;
    };
    if (first + batch >= count) sum_.begin();
    found_.push_back(pass_.run({part(samples.inputs), part(samples.state), part(samples.targets)},
                               total, update_.loss_scale()));
  }
}

}  // namespace weir

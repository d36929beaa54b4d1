#include "server/validation/validation.h"

#include <algorithm>
#include <span>

#include "server/models/checked_forward.h"
#include "server/tensors/batch_rows.h"
#include "server/tensors/device.h"
#include "src/core/error.h"
#include "src/study/samples.h"

namespace weir {
namespace {

/// Sample by sample; of pairs whole simulations, which are rolled out.
std::vector<std::size_t> share_of(const std::vector<std::size_t>& samples, const Study& study,
                                  std::size_t rank, std::size_t ranks) {
  const std::size_t together = lead_of(study) > 0 ? samples_of_simulation(study) : 1;
  std::vector<std::size_t> mine;
  for (std::size_t k = 0; k < samples.size(); ++k)
    if (k / together % ranks == rank) mine.push_back(samples[k]);
  return mine;
}

DataRows open_rows(const Study& study, std::size_t rank, std::size_t ranks) {
  DataSet data(study.validation.dataset, study);
  if (data.samples() == 0) {
    throw Error(ErrorKind::input, "/validation/dataset: " + study.validation.dataset.string() +
                                      " has no samples: make one with `weir generate`");
  }
  auto mine = share_of(trainable_positions(data, lead_of(study)), study, rank, ranks);
  return DataRows(std::move(data), std::move(mine), study.simulation.sample_size(),
                  row_memory(ranks), lead_of(study));
}

void add_norms(const Normalisation& normalisation, std::span<const float> row,
               std::vector<double>& norms) {
  for (const std::size_t size : normalisation.field_sizes) {
    norms.push_back(norm_of(row.first(size)));
    row = row.subspan(size);
  }
}

/// Layers that act otherwise while they train (dropout, batch normalisation) do not meanwhile.
class Evaluating {
 public:
  explicit Evaluating(Model& model) : model_(model) { model_.eval(); }
  ~Evaluating() { model_.train(); }
  Evaluating(const Evaluating&) = delete;
  Evaluating& operator=(const Evaluating&) = delete;

 private:
  Model& model_;
};

}  // namespace

Validation::Validation(const Study& study, std::size_t rank, std::size_t ranks)
    : study_(study), rows_(open_rows(study, rank, ranks)) {
  const std::size_t samples = std::min(study.validation.batch, rows_.size());
  inputs_ = batch_rows(samples, study.parameters.size() + 1);
  targets_ = batch_rows(samples, study.simulation.sample_size());
  if (lead_of(study) == 0) return;
  states_ = torch::empty_like(targets_);
  rollout_.emplace(study, rows_);
}

ValidationResult Validation::run(Model& model, const Loss& loss, const Normalisation& normalisation,
                                 Collective& collective, const std::function<void()>& alive) {
  const torch::NoGradGuard no_gradients;
  const Evaluating evaluating(model);
  ErrorSums sums(study_, normalisation);
  const std::size_t batch = study_.validation.batch;
  for (std::size_t first = 0; first < rows_.size(); first += batch) {
    alive();
    add_chunk(model, loss, normalisation, first, std::min(batch, rows_.size() - first), sums);
  }
  return sums.over_ranks(collective);
}

std::optional<RolloutResult> Validation::roll_out(Model& model, const Normalisation& normalisation,
                                                  Collective& collective,
                                                  const std::function<void()>& alive) const {
  const Evaluating evaluating(model);
  if (!rollout_) return std::nullopt;
  return rollout_->run(model, normalisation, collective, alive);
}

/// Normalised; undefined for direct samples.
torch::Tensor Validation::read_states(const Normalisation& normalisation, std::size_t first,
                                      std::size_t count) {
  if (!states_.defined()) return {};
  const std::size_t size = normalisation.outputs();
  const std::span<float> states(states_.data_ptr<float>(), count * size);
  for (std::size_t k = 0; k < count; ++k)
    rows_.copy_state(first + k, states.subspan(k * size, size));
  normalise_fields(normalisation, states);
  return states_.narrow(0, 0, static_cast<std::int64_t>(count));
}

void Validation::add_chunk(Model& model, const Loss& loss, const Normalisation& normalisation,
                           std::size_t first, std::size_t count, ErrorSums& sums) {
  const std::size_t size = normalisation.outputs();
  const std::span<float> targets(targets_.data_ptr<float>(), count * size);
  std::vector<double> times, parameters;
  norms_.clear();
  for (std::size_t k = 0; k < count; ++k) {
    const auto row = targets.subspan(k * size, size);
    rows_.copy(first + k, row);
    add_norms(normalisation, row, norms_);
    times.push_back(rows_.time(first + k));
    const auto own = rows_.parameters(first + k);
    parameters.insert(parameters.end(), own.begin(), own.end());
  }
  normalise_fields(normalisation, targets);
  const auto inputs = inputs_.narrow(0, 0, static_cast<std::int64_t>(count));
  normalise_inputs(normalisation, times, parameters, values_of(inputs));
  const auto device = device_of(model);
  const auto found =
      checked_forward(model, on(device, inputs),
                      on(device, read_states(normalisation, first, count)), targets_.size(1));
  const auto truth = on(device, targets_.narrow(0, 0, static_cast<std::int64_t>(count)));
  sums.add_loss(loss(found.contiguous(), truth).sum(torch::kFloat64).item<double>());
  const auto predictions = on_host(found);
  const std::size_t fields = normalisation.fields.size();
  for (std::size_t k = 0; k < count; ++k) {
    sums.add(rows_.id(first + k).step, predictions.data_ptr<float>() + k * size,
             targets.data() + k * size, std::span(norms_).subspan(k * fields, fields));
  }
}

}  // namespace weir

#include "server/training/validation.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>

#include "src/core/error.h"

namespace weir {
namespace {

std::vector<std::size_t> share_of(std::size_t samples, std::size_t rank, std::size_t ranks) {
  std::vector<std::size_t> mine;
  for (std::size_t k = rank; k < samples; k += ranks) mine.push_back(k);
  return mine;
}

DataRows open_rows(const Study& study, std::size_t rank, std::size_t ranks) {
  DataSet data(study.validation.dataset, study);
  if (data.samples() == 0) {
    throw Error(ErrorKind::input, "/validation/dataset: " + study.validation.dataset.string() +
                                      " has no samples: make one with `weir generate`");
  }
  auto mine = share_of(data.samples(), rank, ranks);
  return DataRows(std::move(data), std::move(mine), study.simulation.sample_size(),
                  row_memory(ranks));
}

/// Four partial sums let the additions overlap.
template <typename Term>
double sum_of(std::size_t count, Term term) {
  std::array<double, 4> sums{};
  std::size_t k = 0;
  for (; k + 4 <= count; k += 4) {
    for (std::size_t lane = 0; lane < 4; ++lane) sums[lane] += term(k + lane);
  }
  for (; k < count; ++k) sums[0] += term(k);
  return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

double norm(std::span<const float> values) {
  return std::sqrt(
      sum_of(values.size(), [=](std::size_t k) { return double{values[k]} * values[k]; }));
}

double squared_distance(const float* a, const float* b, std::size_t count) {
  return sum_of(count, [=](std::size_t k) {
    const double difference = double{a[k]} - b[k];
    return difference * difference;
  });
}

torch::Tensor chunk(std::size_t samples, std::size_t width) {
  return torch::empty({static_cast<std::int64_t>(samples), static_cast<std::int64_t>(width)});
}

}  // namespace

struct Validation::Sums {
  double samples = 0, loss = 0, mse = 0, relative = 0, with_norm = 0;

  void add(const Normalisation& normalisation, const float* prediction, const float* truth,
           double norm) {
    double physical = 0;
    for (std::size_t f = 0; f < normalisation.fields.size(); ++f) {
      const std::size_t size = normalisation.field_sizes[f];
      const double deviation = normalisation.fields[f].deviation;
      const double squares = squared_distance(prediction, truth, size);
      physical += squares * deviation * deviation;
      prediction += size;
      truth += size;
    }
    const auto outputs = static_cast<double>(normalisation.outputs());
    samples += 1;
    mse += physical / outputs;
    if (norm == 0) return;
    relative += std::sqrt(physical) / norm;
    with_norm += 1;
  }

  ValidationResult over_ranks(Collective& collective) const {
    std::array<double, 5> all = {samples, loss, mse, relative, with_norm};
    collective.sum(std::span<double>(all));
    return {all[1] / all[0], all[2] / all[0], all[4] > 0 ? all[3] / all[4] : 0};
  }
};

Validation::Validation(const Study& study, std::size_t rank, std::size_t ranks)
    : study_(study), rows_(open_rows(study, rank, ranks)) {
  const std::size_t samples = std::min(study.validation.batch, rows_.size());
  inputs_ = chunk(samples, study.parameters.size() + 1);
  targets_ = chunk(samples, study.simulation.sample_size());
}

ValidationResult Validation::run(Model& model, const Loss& loss, const Normalisation& normalisation,
                                 Collective& collective, const std::function<void()>& alive) {
  const torch::NoGradGuard no_gradients;
  Sums sums;
  const std::size_t batch = study_.validation.batch;
  for (std::size_t first = 0; first < rows_.size(); first += batch) {
    alive();
    add_chunk(model, loss, normalisation, first, std::min(batch, rows_.size() - first), sums);
  }
  return sums.over_ranks(collective);
}

void Validation::add_chunk(Model& model, const Loss& loss, const Normalisation& normalisation,
                           std::size_t first, std::size_t count, Sums& sums) {
  const std::size_t size = normalisation.outputs();
  const std::span<float> targets(targets_.data_ptr<float>(), count * size);
  std::vector<double> times, parameters;
  norms_.clear();
  for (std::size_t k = 0; k < count; ++k) {
    const auto row = targets.subspan(k * size, size);
    rows_.copy(first + k, row);
    norms_.push_back(norm(row));
    times.push_back(rows_.time(first + k));
    const auto own = rows_.parameters(first + k);
    parameters.insert(parameters.end(), own.begin(), own.end());
  }
  normalise_fields(normalisation, targets);
  const auto inputs = inputs_.narrow(0, 0, static_cast<std::int64_t>(count));
  normalise_inputs(normalisation, times, parameters,
                   {inputs.data_ptr<float>(), static_cast<std::size_t>(inputs.numel())});
  const auto predictions = model.forward(inputs, {}).contiguous();
  const auto truth = targets_.narrow(0, 0, static_cast<std::int64_t>(count));
  sums.loss += loss(predictions, truth).sum(torch::kFloat64).item<double>();
  for (std::size_t k = 0; k < count; ++k) {
    sums.add(normalisation, predictions.data_ptr<float>() + k * size, targets.data() + k * size,
             norms_[k]);
  }
}

}  // namespace weir

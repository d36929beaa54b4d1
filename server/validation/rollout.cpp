#include "server/validation/rollout.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>

#include "server/models/checked_forward.h"
#include "server/tensors/batch_rows.h"
#include "server/tensors/device.h"
#include "server/validation/error_sums.h"
#include "src/core/planted_bug.h"
#include "src/core/squares.h"
#include "src/study/samples.h"

namespace weir {
namespace {

/// Squared, in the fields' units, of normalised rows.
double physical_distance(const Normalisation& normalisation, const float* a, const float* b) {
  double sum = 0;
  for (std::size_t f = 0; f < normalisation.fields.size(); ++f) {
    const std::size_t size = normalisation.field_sizes[f];
    const double deviation = normalisation.fields[f].deviation;
    sum += deviation * deviation * squared_distance(a, b, size);
    a += size;
    b += size;
  }
  return sum;
}

}  // namespace

/// Simulations that are rolled out together, by their place among the rows.
struct Rollout::Group {
  std::size_t first, count, predicted;
  /// Of a member's step `predicted_step` after the first ones.
  std::size_t row(std::size_t member, std::size_t predicted_step) const {
    return (first + member) * predicted + predicted_step;
  }
};

struct Rollout::Sums {
  struct Whole {
    double distance = 0, norm = 0;  ///< squares, over the steps of a simulation
  };

  void finish_group() {
    for (const auto& [distance, norm] : group) {
      if (norm == 0) continue;
      relative[0] += std::sqrt(distance / norm);
      relative[1] += 1;
    }
  }

  ErrorSums steps;
  std::vector<Whole> group;
  std::array<double, 2> relative{};  ///< sum, and of how many
};

Rollout::Rollout(const Study& study, const DataRows& rows)
    : study_(study), rows_(rows), lead_(lead_of(study)), predicted_(samples_of_simulation(study)) {}

RolloutResult Rollout::run(Model& model, const Normalisation& normalisation, Collective& collective,
                           const std::function<void()>& alive) const {
  const torch::NoGradGuard no_gradients;
  const auto device = device_of(model);
  Sums sums{.steps = ErrorSums(study_, normalisation), .group = {}, .relative = {}};
  const std::size_t simulations = rows_.size() / predicted_;
  for (std::size_t first = 0; first < simulations; first += study_.validation.batch) {
    const Group group{first, std::min(study_.validation.batch, simulations - first), predicted_};
    sums.group.assign(group.count, {});
    auto states = first_states(normalisation, group);
    for (std::size_t step = lead_; step < study_.simulation.steps; ++step) {
      alive();
      auto& state = states[step % lead_];
      const auto prediction = checked_forward(model, on(device, inputs(normalisation, group, step)),
                                              on(device, state), state.size(1));
      compare(normalisation, group, step, on_host(prediction), sums);
      if (!WEIR_BUG("rollout_not_fed")) state = prediction;
    }
    sums.finish_group();
  }
  collective.sum(std::span<double>(sums.relative));
  const auto [sum, count] = sums.relative;
  return {sum / count, sums.steps.over_ranks(collective)};
}

/// Normalised; that of step s is at s mod lead, where the prediction of step s + lead takes its
/// place. A lead over half the steps leaves some of the first ones without a use.
std::vector<torch::Tensor> Rollout::first_states(const Normalisation& normalisation,
                                                 const Group& group) const {
  std::vector<torch::Tensor> states;
  const std::size_t size = normalisation.outputs();
  for (std::size_t step = 0; step < std::min(lead_, predicted_); ++step) {
    states.push_back(batch_rows(group.count, size));
    const auto values = values_of(states.back());
    for (std::size_t k = 0; k < group.count; ++k)
      rows_.copy_state(group.row(k, step), values.subspan(k * size, size));
    normalise_fields(normalisation, values);
  }
  return states;
}

torch::Tensor Rollout::inputs(const Normalisation& normalisation, const Group& group,
                              std::size_t step) const {
  std::vector<double> times, parameters;
  for (std::size_t k = 0; k < group.count; ++k) {
    const std::size_t row = group.row(k, step - lead_);
    times.push_back(rows_.time(row));
    const auto own = rows_.parameters(row);
    parameters.insert(parameters.end(), own.begin(), own.end());
  }
  auto inputs = batch_rows(group.count, normalisation.inputs());
  normalise_inputs(normalisation, times, parameters, values_of(inputs));
  return inputs;
}

void Rollout::compare(const Normalisation& normalisation, const Group& group, std::size_t step,
                      const torch::Tensor& predictions, Sums& sums) const {
  std::vector<float> truth(normalisation.outputs());
  std::vector<double> norms(normalisation.fields.size());
  for (std::size_t k = 0; k < group.count; ++k) {
    rows_.copy(group.row(k, step - lead_), truth);
    auto& whole = sums.group[k];
    std::span<const float> rest(truth);
    for (std::size_t f = 0; f < norms.size(); ++f) {
      norms[f] = norm_of(rest.first(normalisation.field_sizes[f]));
      rest = rest.subspan(normalisation.field_sizes[f]);
      whole.norm += norms[f] * norms[f];
    }
    normalise_fields(normalisation, truth);
    const float* prediction = predictions.data_ptr<float>() + k * truth.size();
    whole.distance += physical_distance(normalisation, prediction, truth.data());
    sums.steps.add(step, prediction, truth.data(), norms);
  }
}

}  // namespace weir

#include "server/evaluation/evaluation.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <limits>
#include <span>

#include <torch/torch.h>

#include "server/data/data_set.h"
#include "server/evaluation/shown_field.h"
#include "server/predict/script.h"
#include "src/core/evenly.h"
#include "src/study/samples.h"

namespace weir {
namespace {

constexpr std::size_t batch_bytes = std::size_t{64} << 20;
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

using Row = std::span<const float>;

/// The error of a step; NaN when the truth is 0.
double relative_l2(Row prediction, Row truth) {
  double distance = 0, norm = 0;
  for (std::size_t k = 0; k < truth.size(); ++k) {
    const double difference = static_cast<double>(prediction[k]) - truth[k];
    distance += difference * difference;
    norm += static_cast<double>(truth[k]) * truth[k];
  }
  return norm > 0 ? std::sqrt(distance / norm) : nan;
}

/// The model beside the validation data set.
class Comparison {
 public:
  /// Told of a step, with prediction and truth, all fields of it.
  using Each = std::function<void(std::size_t step, Row prediction, Row truth)>;

  Comparison(const Study& study, const std::filesystem::path& script, std::size_t most_steps)
      : lead_(lead_of(study)),
        size_(study.simulation.sample_size()),
        most_steps_(most_steps),
        data_(study.validation.dataset, study),
        script_(script, study.parameters.size() + 1, size_),
        truth_(size_) {}

  const DataSet& data() const { return data_; }
  double time(std::size_t simulation, std::size_t step) const {
    return data_.time(simulation * data_.steps() + step);
  }

  /// Some steps of a simulation, by its position; of an autoregressive model each from the lead on.
  void run(std::size_t simulation, const Each& each) {
    if (lead_ > 0)
      roll_out(simulation, data_.steps(), each);
    else
      predict(simulation, evenly(data_.steps(), most_steps_), each);
  }
  /// One step alone.
  void run_step(std::size_t simulation, std::size_t step, const Each& each) {
    if (lead_ == 0) return predict(simulation, {step}, each);
    roll_out(simulation, step + 1, [&](std::size_t k, Row prediction, Row truth) {
      if (k == step) each(k, prediction, truth);
    });
  }

 private:
  Row truth(std::size_t simulation, std::size_t step) {
    data_.read(simulation * data_.steps() + step, truth_);
    return truth_;
  }

  torch::Tensor inputs(std::size_t simulation, std::span<const std::size_t> steps) const {
    std::vector<double> values;
    const auto parameters = data_.parameters(simulation);
    for (const auto step : steps) {
      values.insert(values.end(), parameters.begin(), parameters.end());
      values.push_back(time(simulation, step));
    }
    return torch::tensor(values, torch::kFloat64)
        .to(torch::kFloat32)
        .reshape({static_cast<std::int64_t>(steps.size()), -1});
  }

  void predict(std::size_t simulation, const std::vector<std::size_t>& steps, const Each& each) {
    const std::size_t at_once = std::max<std::size_t>(batch_bytes / (size_ * sizeof(float)), 1);
    for (std::size_t first = 0; first < steps.size(); first += at_once) {
      const auto some = std::span(steps).subspan(first, std::min(at_once, steps.size() - first));
      const auto outputs = script_(inputs(simulation, some), {});
      for (std::size_t k = 0; k < some.size(); ++k)
        each(some[k], {outputs.data_ptr<float>() + k * size_, size_}, truth(simulation, some[k]));
    }
  }

  void roll_out(std::size_t simulation, std::size_t end, const Each& each) {
    std::deque<torch::Tensor> states;  // of the last `lead` steps
    for (std::size_t step = 0; step < lead_; ++step) {
      const auto row = truth(simulation, step);
      states.push_back(torch::empty({1, static_cast<std::int64_t>(size_)}));
      std::copy(row.begin(), row.end(), states.back().data_ptr<float>());
    }
    for (std::size_t step = lead_; step < end; ++step) {
      states.push_back(script_(inputs(simulation, {&step, 1}), states.front()));
      states.pop_front();
      each(step, {states.back().data_ptr<float>(), size_}, truth(simulation, step));
    }
  }

  const std::size_t lead_, size_, most_steps_;
  DataSet data_;
  Script script_;
  std::vector<float> truth_;
};

SimulationError error_of(Comparison& comparison, std::size_t simulation,
                         const std::function<void()>& alive) {
  const auto& data = comparison.data();
  const auto parameters = data.parameters(simulation);
  SimulationError error{.sim = data.id(simulation * data.steps()).sim,
                        .parameters = {parameters.begin(), parameters.end()}};
  double sum = 0, largest = -1;
  std::size_t steps = 0;
  bool broken = false;
  comparison.run(simulation, [&](std::size_t step, Row prediction, Row truth) {
    alive();
    const double found = relative_l2(prediction, truth);
    const bool finite = std::all_of(prediction.begin(), prediction.end(),
                                    [](float value) { return std::isfinite(value); });
    broken = broken || !finite;
    if (std::isfinite(found)) {
      sum += found;
      ++steps;
    }
    if (const double size = finite ? found : std::numeric_limits<double>::infinity();
        size > largest) {
      largest = size;
      error.worst_step = step;
    }
  });
  error.relative_l2 = broken || steps == 0 ? nan : sum / static_cast<double>(steps);
  return error;
}

std::vector<FieldValues> field_values(const Study& study, const EvaluationLimits& limits,
                                      Row prediction, Row truth) {
  constexpr std::size_t tables = 3 * 2;  // pictures, each with truth and prediction
  const auto& fields = study.simulation.fields;
  const std::size_t most = std::min(limits.field_values, limits.values / (tables * fields.size()));
  std::vector<FieldValues> all;
  for (const auto& field : fields) {
    const auto shown = shown_field(field.shape, most);
    all.push_back({shown.shape, shown_values(shown, truth), shown_values(shown, prediction)});
    truth = truth.subspan(field.size());
    prediction = prediction.subspan(field.size());
  }
  return all;
}

}  // namespace

Evaluation evaluate(const Study& study, const std::filesystem::path& script, const Clock& clock,
                    const EvaluationLimits& limits, const std::function<void()>& alive) {
  const torch::NoGradGuard no_gradients;
  const Time end = clock.now() + limits.time;
  Comparison comparison(study, script, limits.steps);
  const std::size_t there = comparison.data().simulations();
  Evaluation evaluation;
  std::vector<std::size_t> positions;
  for (const auto position : evenly(there, limits.simulations)) {
    if (!positions.empty() && clock.now() >= end) break;
    evaluation.validation.push_back(error_of(comparison, position, alive));
    positions.push_back(position);
  }
  evaluation.not_looked_at = there - positions.size();
  for (const auto& [which, k] : exemplars(evaluation.validation)) {
    EvaluationPicture picture{.which = which, .simulation = evaluation.validation[k], .fields = {}};
    picture.time = comparison.time(positions[k], picture.simulation.worst_step);
    comparison.run_step(positions[k], picture.simulation.worst_step,
                        [&](std::size_t, Row prediction, Row truth) {
                          picture.fields = field_values(study, limits, prediction, truth);
                        });
    evaluation.pictures.push_back(std::move(picture));
    alive();
  }
  return evaluation;
}

}  // namespace weir

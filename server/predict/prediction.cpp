#include "server/predict/prediction.h"

#include <algorithm>
#include <deque>
#include <span>

#include "server/data/data_set.h"
#include "server/predict/script.h"
#include "src/core/planted_bug.h"

namespace weir {
namespace {

constexpr std::size_t batch_bytes = std::size_t{64} << 20;

/// Rows that fit in a batch.
std::size_t rows_at_once(const Study& study) {
  const std::size_t row = study.simulation.sample_size() * sizeof(float);
  return std::clamp<std::size_t>(batch_bytes / std::max<std::size_t>(row, 1), 1, 1024);
}

class Predictor {
 public:
  Predictor(const ExportedModel& model, const ParameterTable& table, const PredictedSteps& steps,
            const DataSet* data, DataSetWriter& writer)
      : table_(table),
        steps_(steps),
        axis_(model.study.simulation.time),
        data_(data),
        outputs_(static_cast<std::int64_t>(model.study.simulation.sample_size())),
        script_(model.script, model.study.parameters.size() + 1,
                model.study.simulation.sample_size()),
        writer_(writer) {}

  /// Steps first … first + count − 1 of the list, of one simulation.
  void predict_directly(std::size_t row, std::size_t first, std::size_t count) {
    std::vector<double> inputs;
    for (std::size_t k = first; k < first + count; ++k) append(inputs, row, time_of(row, k));
    const auto outputs = script_(rows_of(inputs, count), {});
    for (std::size_t k = 0; k < count; ++k)
      write(row, first + k, outputs[static_cast<std::int64_t>(k)]);
  }

  /// Rows first … first + count − 1 of the table, step by step.
  void roll_out(std::size_t lead, std::size_t first, std::size_t count) {
    std::deque<torch::Tensor> states;  // of the last `lead` steps
    for (std::size_t step = 0; step <= steps_.steps.back(); ++step) {
      if (step < lead) {
        states.push_back(given(step, first, count));
      } else {
        std::vector<double> inputs;
        for (std::size_t row = first; row < first + count; ++row)
          append(inputs, row, time_at(row, step));
        states.push_back(script_(rows_of(inputs, count), states.front()));
        states.pop_front();
        if (WEIR_BUG("rollout_forgets_lead")) states.front() = states.back();
      }
      const auto place = std::lower_bound(steps_.steps.begin(), steps_.steps.end(), step);
      if (place == steps_.steps.end() || *place != step) continue;
      const auto k = static_cast<std::size_t>(place - steps_.steps.begin());
      for (std::size_t row = 0; row < count; ++row)
        write(first + row, k, states.back()[static_cast<std::int64_t>(row)]);
    }
  }

  std::size_t not_finite() const { return not_finite_; }

 private:
  /// As the solver said it, where the data set has that.
  double time_at(std::size_t row, std::size_t step) const {
    if (data_ && axis_.sent && step < data_->steps())
      return data_->time(table_.positions[row] * data_->steps() + step);
    return axis_.first + static_cast<double>(step) * axis_.step;
  }

  double time_of(std::size_t row, std::size_t k) const {
    return steps_.steps.empty() ? steps_.times[k] : time_at(row, steps_.steps[k]);
  }

  void append(std::vector<double>& inputs, std::size_t row, double time) const {
    inputs.insert(inputs.end(), table_.rows[row].begin(), table_.rows[row].end());
    inputs.push_back(time);
  }

  torch::Tensor rows_of(const std::vector<double>& values, std::size_t rows) const {
    return torch::tensor(values, torch::kFloat64)
        .to(torch::kFloat32)
        .reshape({static_cast<std::int64_t>(rows), -1});
  }

  torch::Tensor given(std::size_t step, std::size_t first, std::size_t count) const {
    auto state = torch::empty({static_cast<std::int64_t>(count), outputs_});
    const auto size = static_cast<std::size_t>(outputs_);
    for (std::size_t row = 0; row < count; ++row)
      data_->read(table_.positions[first + row] * data_->steps() + step,
                  {state.data_ptr<float>() + row * size, size});
    return state;
  }

  void write(std::size_t row, std::size_t step, const torch::Tensor& values) {
    if (!values.isfinite().all().item<bool>()) ++not_finite_;
    writer_.write({table_.simulations[row], step}, table_.rows[row],
                  {values.data_ptr<float>(), static_cast<std::size_t>(values.numel())},
                  time_of(row, step));
  }

  const ParameterTable& table_;
  const PredictedSteps& steps_;
  const TimeAxis axis_;
  const DataSet* const data_;
  const std::int64_t outputs_;
  Script script_;
  DataSetWriter& writer_;
  std::size_t not_finite_ = 0;
};

}  // namespace

void predict(const ExportedModel& model, const ParameterTable& table, const PredictedSteps& steps,
             const std::optional<DataSource>& source, const std::filesystem::path& to,
             const std::function<void(const std::string&)>& warning) {
  const torch::NoGradGuard no_gradients;
  Study written = model.study;
  written.simulation.steps = steps.times.size();
  if (!steps.all) written.simulation.time.sent = true;
  std::optional<DataSet> data;
  if (source) data.emplace(source->file, model.study);
  DataSetWriter writer(to, written);
  Predictor predictor(model, table, steps, data ? &*data : nullptr, writer);
  const std::size_t most = rows_at_once(model.study);
  if (model.lead > 0) {
    const std::size_t together = std::max<std::size_t>(most / (model.lead + 1), 1);
    for (std::size_t row = 0; row < table.rows.size(); row += together)
      predictor.roll_out(model.lead, row, std::min(together, table.rows.size() - row));
  } else {
    for (std::size_t row = 0; row < table.rows.size(); ++row)
      for (std::size_t k = 0; k < steps.times.size(); k += most)
        predictor.predict_directly(row, k, std::min(most, steps.times.size() - k));
  }
  if (predictor.not_finite() > 0)
    warning(std::to_string(predictor.not_finite()) +
            " predicted steps hold values that are not finite");
  writer.finish();
}

}  // namespace weir

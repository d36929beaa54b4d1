#pragma once
// A model from a file, applied to many simulations, into a data set.

#include <filesystem>
#include <functional>
#include <string>

#include "server/predict/exported_model.h"
#include "server/predict/parameter_table.h"

namespace weir {

/// What is predicted of every simulation.
struct PredictedSteps {
  std::vector<std::size_t> steps;  ///< ascending; empty: times were given
  std::vector<double> times;       ///< one a step, where no data set says another
  bool all = true;                 ///< those of the study; else times are written beside them
};

/// Predicts and writes `to`, which appears when it is whole. With a state: from the first steps of
/// each simulation of `source`, as many as the model's lead, which are written as they are; each
/// later step is predicted from a predicted one. Errors: Error{input}: the model does not load, or
/// does not take its inputs or give its outputs; those of DataSet and DataSetWriter. `warning`:
/// values that are not finite.
void predict(const ExportedModel& model, const ParameterTable& table, const PredictedSteps& steps,
             const std::optional<DataSource>& source, const std::filesystem::path& to,
             const std::function<void(const std::string&)>& warning);

}  // namespace weir

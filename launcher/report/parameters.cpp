// Where in the space of parameters simulations were run, and how well the model does there.

#include <algorithm>
#include <numeric>

#include "launcher/plot/pairs.h"
#include "launcher/plot/text.h"
#include "launcher/report/curves.h"

namespace weir {
namespace {

constexpr std::size_t most_dimensions = 6;

std::string axis_name(const Parameter& parameter) {
  return parameter.name + (parameter.unit.empty() ? "" : ", " + parameter.unit);
}

plot::Pairs pairs_of(const std::vector<Parameter>& parameters, const EvaluationRecord& evaluation) {
  plot::Pairs pairs;
  pairs.about = "simulations in the space of parameters";
  pairs.value_label = "rel. L2 error";
  const std::size_t shown = std::min(parameters.size(), most_dimensions);
  for (std::size_t k = 0; k < shown; ++k)
    pairs.dimensions.push_back({axis_name(parameters[k]),
                                plot::widened({parameters[k].lower, parameters[k].upper}, 0.04)});
  const auto cut = [&](std::vector<double> row) { return row.resize(shown), row; };
  for (const auto& row : evaluation.trained) pairs.points.push_back(cut(row));
  for (const auto& simulation : evaluation.validation) {
    pairs.coloured.push_back(cut(simulation.parameters));
    pairs.values.push_back(simulation.relative_l2);
  }
  return pairs;
}

std::string caption_of(const EvaluationRecord& evaluation, std::size_t parameters) {
  std::string text = "Grey: " + std::to_string(evaluation.trained.size()) +
                     " simulations that were trained on. Coloured: " +
                     std::to_string(evaluation.validation.size()) +
                     " of the validation, by their relative L2 error.";
  if (evaluation.not_looked_at > 0)
    text += " Further " + std::to_string(evaluation.not_looked_at) +
            " of the validation were not looked at.";
  if (parameters > most_dimensions)
    text += " Of " + std::to_string(parameters) + " parameters the first " +
            std::to_string(most_dimensions) + " are shown.";
  return text;
}

}  // namespace

std::string parameters_section(const StudyRecord& record) {
  const auto& evaluation = record.evaluation.value;
  const auto& parameters = record.study.value.parameters;
  std::string body = html::missing(record.evaluation.problem);
  if (!evaluation.trained.empty() || !evaluation.validation.empty())
    body = html::figures({html::figure("", plot::svg(pairs_of(parameters, evaluation)),
                                       caption_of(evaluation, parameters.size()), true)});
  return html::section(
      "parameters", "Space of parameters",
      "Each square holds two parameters over the bounds that the study gives them.", body);
}

}  // namespace weir

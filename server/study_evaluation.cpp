#include "server/study_evaluation.h"

#include <algorithm>
#include <exception>
#include <utility>

#include "server/data/data_set.h"
#include "src/core/evenly.h"

namespace weir {
namespace {

constexpr std::size_t most_trained = 2000;

using Rows = std::vector<std::vector<double>>;

bool has_any(const Ledger& ledger, std::uint64_t sim) {
  const auto held = ledger.held(sim);
  return std::any_of(held.begin(), held.end(), [](std::uint8_t byte) { return byte != 0; });
}

Evaluation evaluation_of(FileSystem& files, const StudyDirectory& directory, const Study& study,
                         const Clock& clock, const std::function<void()>& alive) {
  const auto script = directory.model() / "model.pt";
  Evaluation evaluation;
  if (study.validation.dataset.empty())
    evaluation.remark = "The study names no validation data set to compare with";
  else if (!files.exists(script))
    evaluation.remark =
        "This kind of model is not exported as TorchScript, so nothing was predicted";
  else
    return evaluate(study, script, clock, {}, alive);
  return evaluation;
}

}  // namespace

Rows trained_parameters(const Study& study, const Design& design, const Ledger& ledger) {
  Rows rows;
  // A simulation is replaced once at most: see SimulationTable.
  for (std::uint64_t sim = 0; sim < 2 * study.simulation.count; ++sim)
    if (has_any(ledger, sim))
      if (auto values = design.parameters(sim)) rows.push_back(std::move(*values));
  return some_of(std::move(rows), most_trained);
}

Rows trained_parameters(const Study& study) {
  const DataSet data(study.training.dataset, study);
  Rows rows;
  for (std::size_t k = 0; k < data.simulations(); ++k) {
    const auto values = data.parameters(k);
    rows.emplace_back(values.begin(), values.end());
  }
  return some_of(std::move(rows), most_trained);
}

std::optional<Evaluation> write_evaluation(
    FileSystem& files, const StudyDirectory& directory, const Study& study, Rows trained,
    const Clock& clock, const std::function<void()>& alive,
    const std::function<void(const std::string&)>& warn) try {
  auto evaluation = evaluation_of(files, directory, study, clock, alive);
  evaluation.trained = std::move(trained);
  files.replace(directory.evaluation(), evaluation_text(evaluation, study), 0600);
  return evaluation;
} catch (const std::exception& error) {
  warn(std::string("there is no evaluation.json for reports: ") + error.what());
  return std::nullopt;
}

}  // namespace weir

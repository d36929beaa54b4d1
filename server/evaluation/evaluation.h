#pragma once
// What a report shows of a trained model: its error on each simulation of the validation, and
// fields of the best, the median and the worst one. docs/formats.md describes the file.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "src/core/clock.h"
#include "src/core/sample_id.h"
#include "src/study/study.h"

namespace weir {

struct SimulationError {
  std::uint64_t sim = 0;
  std::vector<double> parameters;
  /// Mean over the steps that were looked at of ‖prediction − truth‖ / ‖truth‖ of all fields
  /// together, those left out whose truth is 0; NaN when it is 0 in all, or a prediction is no
  /// number.
  double relative_l2 = 0;
  std::size_t worst_step = 0;  ///< of them the one whose error is largest
};

struct FieldValues {
  std::vector<std::size_t> shape;         ///< one or two extents
  std::vector<double> truth, prediction;  ///< row-major, in the field's unit
};

struct EvaluationPicture {
  std::string which;  ///< best, median, worst
  SimulationError simulation;
  double time = 0;                  ///< of its worst step, physical
  std::vector<FieldValues> fields;  ///< one a field of the study
};

struct Evaluation {
  std::vector<std::vector<double>> trained;  ///< parameters of simulations that were trained on
  std::vector<SimulationError> validation;   ///< in the data set's order
  std::size_t not_looked_at = 0;             ///< further simulations of the validation data set
  std::vector<EvaluationPicture> pictures;
  std::string remark;  ///< why something is missing, without a full stop; else empty
};

/// What bounds the time that it takes and the size of its file.
struct EvaluationLimits {
  Duration time = std::chrono::seconds(30);  ///< then no further simulation is looked at
  std::size_t simulations = 500;
  std::size_t steps = 20;            ///< of a simulation, evenly taken; of a rollout all
  std::size_t field_values = 40000;  ///< of a picture
  std::size_t values = 240000;       ///< of all pictures
};

/// Looks at simulations of the study's validation data set, evenly taken, with the exported
/// TorchScript module, on the CPU. An autoregressive model goes on from its own predictions.
/// `alive` is called again and again meanwhile. Errors: those of DataSet; Error{input} when the
/// module cannot be read or fails.
Evaluation evaluate(const Study& study, const std::filesystem::path& script, const Clock& clock,
                    const EvaluationLimits& limits, const std::function<void()>& alive);

/// Of simulations with these errors (NaN is the worst of all) the best, the median and the worst;
/// fewer when there are fewer.
std::vector<std::pair<std::string, std::size_t>> exemplars(const std::vector<SimulationError>& all);

/// The file's content.
std::string evaluation_text(const Evaluation& evaluation, const Study& study);

}  // namespace weir

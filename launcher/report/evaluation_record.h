#pragma once
// How well the trained model does where, out of evaluation.json.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace weir {

struct EvaluatedSimulation {
  std::uint64_t sim = 0;
  std::vector<double> parameters;
  double relative_l2 = 0;  ///< NaN: its truth is 0, or a prediction is no number
};

/// truth.size() = prediction.size() = product of `shape`, which has one or two extents.
struct FieldPicture {
  std::string name, unit;
  std::vector<std::size_t> shape;
  std::vector<double> truth, prediction;
};

struct SimulationPicture {
  std::string which;  ///< best, median, worst
  EvaluatedSimulation simulation;
  std::size_t step = 0;
  double time = 0;
  std::vector<FieldPicture> fields;
};

struct EvaluationRecord {
  std::vector<std::vector<double>> trained;  ///< parameters of simulations that were trained on
  std::vector<EvaluatedSimulation> validation;
  std::size_t not_looked_at = 0;  ///< further simulations of the validation data set
  std::vector<SimulationPicture> pictures;
  std::string remark;  ///< why something of it is missing; may be empty
};

/// Error{input}: the text is no evaluation of `parameters` parameters.
EvaluationRecord parse_evaluation(std::string_view text, std::size_t parameters);

}  // namespace weir

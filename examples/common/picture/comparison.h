#pragma once
// What the surrogate says beside what the solver says, for the simulations of the validation data
// set.

#include <cstddef>
#include <filesystem>
#include <vector>

#include "src/study/study.h"

namespace picture {

struct FieldComparison {
  std::vector<float> solver, surrogate;  ///< row-major [y][x]
  double relative_l2 = 0;                ///< ‖surrogate − solver‖ / ‖solver‖
};

struct Comparison {
  std::size_t simulation = 0;  ///< position in the data set
  std::vector<double> parameters;
  std::vector<FieldComparison> fields;  ///< as in the study
  double relative_l2 = 0;               ///< mean of the fields'
};

/// One a simulation, at the study's last step, the smallest relative_l2 first. `model` is a
/// TorchScript file: [samples, parameters + 1 (time)] → [samples, values of a step], physical
/// units. Errors: weir::Error{input}: a model or data set that is missing or does not fit the
/// study, no complete simulation, a field that is not two-dimensional.
std::vector<Comparison> compare_last_steps(const weir::Study& study,
                                           const std::filesystem::path& model);

}  // namespace picture

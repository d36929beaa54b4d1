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
  std::size_t step = 0;
  double time = 0;  ///< of the step
  std::vector<double> parameters;
  std::vector<FieldComparison> fields;  ///< as in the study
  double relative_l2 = 0;               ///< mean of the fields'
};

/// One a simulation, at the study's last step, the smallest relative_l2 first. `model` is the
/// exported TorchScript file; one of autoregressive samples goes all the way from the first steps
/// by itself. Errors: weir::Error{input}: a model or data set that is missing or does not fit the
/// study, no complete simulation, a field that is not two-dimensional.
std::vector<Comparison> compare_last_steps(const weir::Study& study,
                                           const std::filesystem::path& model);

/// The same of one simulation at these steps, ascending.
std::vector<Comparison> compare_steps(const weir::Study& study, const std::filesystem::path& model,
                                      std::size_t simulation,
                                      const std::vector<std::size_t>& steps);

}  // namespace picture

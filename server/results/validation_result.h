#pragma once
// How well a model does on unseen simulations. Plain data.

#include <cstddef>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "server/metrics/metrics.h"

namespace weir {

/// Errors of a field in its own unit, over some samples; NaN where no sample can tell.
struct ErrorMeasures {
  double mse = 0;  ///< mean over samples and values
  double relative_l2 =
      0;  ///< mean of ‖prediction − truth‖ / ‖truth‖ over the samples with a truth that is not 0
  double maximum = 0;  ///< largest |prediction − truth| of any value; NaN when one of them is
};

struct FieldErrors {
  std::string name;
  ErrorMeasures all;                 ///< over all time steps
  std::vector<ErrorMeasures> steps;  ///< one a time step
};

struct ValidationResult {
  double loss = 0;  ///< the study's loss on normalised values
  double mse = 0;   ///< in squared units of the fields
  /// Mean over samples of ‖prediction − truth‖ / ‖truth‖ in physical units, those left out whose
  /// truth is 0; NaN when it is 0 in all.
  double relative_l2 = 0;
  std::vector<FieldErrors> fields;  ///< one a field, in the study's order
};

/// {"mse": …, "relative_l2": …, "maximum": …}
nlohmann::ordered_json to_json(const ErrorMeasures& measures);
/// Of each field under its name, with "steps": {"mse": [one a time step], …} when they are wanted.
/// docs/formats.md describes it.
nlohmann::ordered_json fields_json(const ValidationResult& result, bool steps);
/// The same for metrics.
std::vector<FieldRecord> field_records(const ValidationResult& result);

}  // namespace weir

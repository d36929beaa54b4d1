#pragma once
// What of a study decides how its training goes, as names and values: what TensorBoard and MLflow
// compare trainings by.

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "src/study/study.h"

namespace weir {

using SettingValue = std::variant<bool, double, std::string>;
/// Names as in the study, "training/optimizer/learning_rate"; in its order.
using Settings = std::vector<std::pair<std::string, SettingValue>>;

/// Every value of /seed, /simulation (sizes and fields alone, not how it is run), /parameters,
/// /sampling, /buffer, /training and /validation, and /server/ranks; what is null is left out.
/// Members of lists of named things bear their name ("parameters/alpha/bounds"); other arrays are
/// one value, their JSON. Error{input}: see write_study.
Settings settings_of(const Study& study);

/// As in JSON; of a text the text itself.
std::string text_of(const SettingValue& value);

}  // namespace weir

#pragma once
// The {name} placeholders in a simulation's command.

#include <functional>
#include <optional>
#include <string>

namespace weir {

/// `text` with each {name} replaced by `value(name)`; a name is letters, digits and '_', not
/// beginning with a digit. A name without a value and all other braces stay as they are (load_study
/// has refused names that the study does not know).
std::string fill_placeholders(
    const std::string& text,
    const std::function<std::optional<std::string>(const std::string&)>& value);

}  // namespace weir

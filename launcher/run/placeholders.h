#pragma once
// The {name} placeholders in a simulation's command and in its templates.

#include <map>
#include <string>
#include <vector>

namespace weir {

/// What each name stands for.
using PlaceholderValues = std::map<std::string, std::string>;

/// `text` with each {name} replaced by its value; a name is letters, digits and '_', not beginning
/// with a digit. A name without a value and all other braces stay as they are (load_study has
/// refused names in a command that the study does not know).
std::string fill_placeholders(const std::string& text, const PlaceholderValues& values);

/// The names between such braces, in order.
std::vector<std::string> placeholder_names(const std::string& text);

}  // namespace weir

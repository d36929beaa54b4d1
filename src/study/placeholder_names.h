#pragma once
// The placeholders of a simulation's command and templates that are no parameters: {sim},
// {attempt}, {study_dir}.

#include <array>

namespace weir {

/// No parameter has one of these names. placeholder_values() gives them their values, in this
/// order.
inline constexpr std::array reserved_placeholders = {"sim", "attempt", "study_dir"};

}  // namespace weir

#pragma once
// Adaptive sampling's part of the server's state in a checkpoint.

#include <nlohmann/json_fwd.hpp>

#include "server/sampling/adaptive_state.h"

namespace weir {

nlohmann::json to_json(const AdaptiveState& state);
/// Throws nlohmann::json::exception: not what to_json() writes.
AdaptiveState adaptive_state(const nlohmann::json& json);

}  // namespace weir

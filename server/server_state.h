#pragma once
// What of the server itself belongs to a cut, beside training and samples.

#include <optional>
#include <string>

#include "server/control/simulation_table.h"
#include "server/sampling/adaptive_state.h"

namespace weir {

/// Value type. Of rank 0; of the others the table is empty, and the sampling their own.
struct ServerState {
  double seconds = 0;  ///< that the study has been served, over all epochs
  TableState table;
  std::optional<AdaptiveState> sampling{};  ///< when it is adaptive
};

std::string to_json(const ServerState& state);
/// Error{input}: not what to_json() writes.
ServerState server_state(const std::string& json);

}  // namespace weir

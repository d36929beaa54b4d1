#pragma once
// What of the server itself belongs to a cut, beside training and samples.

#include <string>

#include "server/control/simulation_table.h"

namespace weir {

/// Value type. Of rank 0; the table of the others is empty.
struct ServerState {
  double seconds = 0;  ///< that the study has been served, over all epochs
  TableState table;
};

std::string to_json(const ServerState& state);
/// Error{input}: not what to_json() writes.
ServerState server_state(const std::string& json);

}  // namespace weir

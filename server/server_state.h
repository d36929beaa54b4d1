#pragma once
// What of the server itself belongs to a cut, beside training and samples.

#include <optional>
#include <string>

#include "server/control/simulation_table.h"
#include "server/metrics/metrics.h"

namespace weir {

/// Value type. Of rank 0; the table and the metrics of the others are empty.
struct ServerState {
  double seconds = 0;  ///< that the study has been served, over all epochs
  TableState table;
  std::optional<MetricsMark> metrics;  ///< how far they were written
};

std::string to_json(const ServerState& state);
/// Error{input}: not what to_json() writes.
ServerState server_state(const std::string& json);

}  // namespace weir

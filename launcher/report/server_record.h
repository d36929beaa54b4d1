#pragma once
// The servers of a study, out of servers.jsonl.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir {

struct ServerRecord {
  double time = 0;     ///< seconds since 1970 when it began to serve
  double seconds = 0;  ///< that the study had trained by then, as in metrics.jsonl
  std::vector<std::pair<std::string, std::string>> facts;  ///< all else that the line says
};

/// Lines that cannot be read are passed over.
std::vector<ServerRecord> parse_servers(std::string_view text);

/// Seconds since 1970 of a moment that metrics.jsonl tells of; NaN without servers.
double time_of(const std::vector<ServerRecord>& servers, double seconds);

/// The other way: what metrics.jsonl calls a moment, in seconds since 1970. Below 0 before the
/// first server; NaN without servers.
double training_seconds(const std::vector<ServerRecord>& servers, double time);

}  // namespace weir

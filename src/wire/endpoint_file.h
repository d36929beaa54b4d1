#pragma once
// The file by which clients find the server: D/run/endpoint.json, mode 0600, replaced as a whole by
// each epoch.

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "src/core/file_system.h"

namespace weir::wire {

struct EndpointField {
  std::string name;
  std::uint64_t size = 0;  ///< values
};

/// All that a client needs to know before it says Hello; so a client parses no study file.
struct EndpointFile {
  std::uint64_t study = 0, schema = 0, epoch = 0;
  std::vector<std::string> endpoints;  ///< one a server rank, in rank order
  std::vector<EndpointField> fields;
  std::uint64_t steps = 0;   ///< that are sent
  std::uint64_t stride = 1;  ///< calls of weir_send a field for each of them: the first is sent
  bool times = false;        ///< the solver says the physical time of each step
  std::vector<std::string> parameters;  ///< names
  std::uint64_t window_bytes = 0;       ///< of a client
  double timeout = 0;                   ///< seconds
  std::string server_key;  ///< the server's public CURVE key; empty: connections are not secured
};

void write_endpoint_file(FileSystem& files, const std::filesystem::path& path,
                         const EndpointFile& content);
/// Error{environment}: not there, not ours (owner or mode), cut short, of another version.
EndpointFile read_endpoint_file(FileSystem& files, const std::filesystem::path& path);

}  // namespace weir::wire

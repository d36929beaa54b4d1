#pragma once
// D/servers.jsonl: when servers of a study began, where, and with which versions; a line each.

#include <cstddef>
#include <cstdint>
#include <string>

#include "src/core/file_system.h"

namespace weir {

struct ServerStart {
  std::uint64_t epoch = 0;
  std::size_t batch = 0;  ///< trained on before
  double seconds = 0;     ///< as in metrics.jsonl, now
  std::size_t ranks = 1, threads = 1;
  std::string device, libtorch, mpi;
};

/// Appends a line with the time, this machine and these facts; `anew`: after removing what an
/// earlier study left. Error{environment}: it cannot be written.
void note_server_start(FileSystem& files, const Path& path, const ServerStart& start, bool anew);

}  // namespace weir

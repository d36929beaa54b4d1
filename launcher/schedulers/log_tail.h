#pragma once
// The end of a job's log, where it mostly says why it failed.

#include <filesystem>
#include <string>

namespace weir {

/// The last line that is not blank, of at most 200 characters, control characters left out; empty
/// when there is none.
std::string last_line(const std::filesystem::path& log);

/// What the dynamic linker said last there, or else the last line. mpirun adds lines of its own.
std::string loading_error(const std::filesystem::path& log);

/// Whether Slurm says there that it ended processes for want of memory; without cgroups it calls
/// such an end a failure by SIGKILL everywhere else.
bool tells_out_of_memory(const std::filesystem::path& log);

/// The last error that weir-server wrote ("weir-server: rank 0: …"), without what comes before the
/// text; empty when there is none. mpirun adds lines of its own after it.
std::string last_server_message(const std::filesystem::path& log);

}  // namespace weir

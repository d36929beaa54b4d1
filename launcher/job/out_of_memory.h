#pragma once
// Whether a program was ended for want of memory, which its exit code does not tell.

#include <cstdint>
#include <filesystem>

#include "src/core/file_system.h"
#include "src/core/process.h"

namespace weir {

/// How many processes the kernel of this machine has ended for want of memory since it is up, those
/// of a job's own limit too. 0 where it does not say.
std::uint64_t memory_kills(FileSystem& files);

/// Of a program that ended so, while the kernel ended `kills` processes: a signal 9, its own or one
/// of its ranks', at such a time; or Slurm's word for it at the end of the program's log.
bool was_out_of_memory(const ProcessEnd& end, std::uint64_t kills,
                       const std::filesystem::path& log);

}  // namespace weir

#pragma once
// How much memory this process may still take, before it takes it.

#include <cstdint>
#include <filesystem>

namespace weir {

/// The least of what the machine has (MemAvailable) and what each control group above this process
/// leaves (its limit less its use, file cache counted as free). Bytes; without any such file, the
/// largest number. `root`: "/", or a copy of the files in a test. Reads /proc and /sys/fs/cgroup,
/// versions 1 and 2.
std::uint64_t available_memory(const std::filesystem::path& root = "/");

}  // namespace weir

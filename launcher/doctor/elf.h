#pragma once
// The shared libraries that a program names.

#include <filesystem>
#include <string>
#include <vector>

namespace weir {

/// The NEEDED entries of a 64-bit ELF file of this machine's byte order, and behind them those of
/// the libraries among them that lie in the folders that the file itself names (RUNPATH, RPATH), as
/// far as they go; none of any other file, and none of one that is damaged. The program is not run,
/// as ldd might.
std::vector<std::string> elf_needed(const std::filesystem::path& file);

}  // namespace weir

#pragma once
// Takes a log back to an earlier length without trusting that nobody else writes to it.

#include <cstdint>

#include "src/core/file_system.h"

namespace weir {

/// Leaves the first `size` bytes of the file as a new file of the same name, mode 0600: a process
/// that was replaced and does not know it yet goes on writing to the old one, which has no name any
/// more. Where there is no room for a copy the file is cut in place. Requires that it has as many
/// bytes. Error{environment}: it can be neither copied nor cut.
void cut_file(FileSystem& files, const Path& path, std::uint64_t size);

}  // namespace weir

#pragma once
// Files that decide where steps go and who may send them: nobody but their owner may touch them.

#include <filesystem>

namespace weir::wire {

/// Error{environment}, naming the path and the fix: `path` is no regular file, belongs to another
/// user, or others may read or write it. A file that is not there passes: reading it says so.
void check_private_file(const std::filesystem::path& path);

/// The same for a folder, which has to be 0700; one that is not there passes.
void check_private_folder(const std::filesystem::path& path);

}  // namespace weir::wire

#pragma once
// How the file is named that stands in for another until it is whole.

#include "src/core/file_system.h"

namespace weir {

/// A name beside `path` that no thread and no process of this machine uses at the same time.
Path temporary_beside(const Path& path);

/// Whether temporary_beside(path) gives such names, here or elsewhere.
bool is_temporary_of(const Path& path, const std::string& name);

}  // namespace weir

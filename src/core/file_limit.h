#pragma once
// How many files and connections this process may have open.

#include <cstddef>

namespace weir {

/// Raises the limit as far as the system lets this process, and returns what it is then.
std::size_t raise_file_limit();

}  // namespace weir

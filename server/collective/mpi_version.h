#pragma once
// Which MPI this is.

#include <string>

namespace weir {

/// What the library says of itself, without what follows the first comma or line: "Open MPI
/// v4.1.4". Callable at any time.
std::string mpi_version();

}  // namespace weir

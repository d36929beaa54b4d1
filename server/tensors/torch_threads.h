#pragma once
// How many threads LibTorch and its BLAS use in this process.

#include <cstddef>

namespace weir {

/// Debian's OpenBLAS has threads of its own, one a core, that LibTorch's setting does not reach;
/// this sets both.
void set_torch_threads(std::size_t threads);

}  // namespace weir

#pragma once
// How LibTorch and its BLAS compute in this process.

#include <cstddef>

namespace weir {

/// Threads: Debian's OpenBLAS has some of its own, one a core, that LibTorch's setting does not
/// reach; this sets both. Numbers below 1.2e-38 become zero on this thread and those that it starts
/// from now on: what is left of a moment whose weight has no gradient any more stays such a number
/// for ever, and some processors take a hundred times as long for it.
void set_up_torch(std::size_t threads);

}  // namespace weir

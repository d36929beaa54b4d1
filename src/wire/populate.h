#pragma once
// Pages of a mapping that are there before they are used.

#include <algorithm>
#include <cstddef>

#include <sys/mman.h>

namespace weir::wire {

/// So much at the beginning of a client's memory for frames is there when it is made, and mapped
/// when a server finds it, so that the first steps wait for no pages on either side.
inline constexpr std::size_t populated_bytes = std::size_t{1} << 20;

/// MADV_POPULATE_READ and MADV_POPULATE_WRITE, which headers before Linux 5.14 do not name.
enum class Populate : int { to_read = 22, to_write = 23 };

/// `from`: the beginning of a mapping of `size` bytes. An optimisation: where the system cannot do
/// that (Linux before 5.14, or no memory), each page comes with its first use.
inline void populate(void* from, std::size_t size, Populate how) {
  madvise(from, std::min(size, populated_bytes), static_cast<int>(how));
}

}  // namespace weir::wire

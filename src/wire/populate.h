#pragma once
// Pages of a mapping that are there before they are used.

#include <algorithm>
#include <cstddef>

#include <sys/mman.h>

namespace weir::wire {

/// So much at the beginning of a client's memory for frames is there when it is made, and mapped
/// when a server finds it, so that the first steps wait for no pages on either side.
inline constexpr std::size_t populated_bytes = std::size_t{1} << 20;

/// `from`: the beginning of a mapping of `size` bytes that may be read, or written. An
/// optimisation: where the system cannot do that (Linux before 5.14), each page comes with its
/// first use.
inline void populate_to_read(void* from, std::size_t size) {
#ifdef MADV_POPULATE_READ
  madvise(from, std::min(size, populated_bytes), MADV_POPULATE_READ);
#else
  (void)from, (void)size;
#endif
}
inline void populate_to_write(void* from, std::size_t size) {
#ifdef MADV_POPULATE_WRITE
  madvise(from, std::min(size, populated_bytes), MADV_POPULATE_WRITE);
#else
  (void)from, (void)size;
#endif
}

}  // namespace weir::wire

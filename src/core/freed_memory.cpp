#include "src/core/freed_memory.h"

#include <malloc.h>

namespace weir {

void keep_freed_memory() {
#ifdef __GLIBC__
  constexpr int mib = 1 << 20;
  // The largest that glibc takes: it would get there by itself, block by block, while this is
  // unset.
  mallopt(M_MMAP_THRESHOLD, 32 * mib);
  mallopt(M_TRIM_THRESHOLD, 128 * mib);
#endif
}

}  // namespace weir

#pragma once
// Places where a test ends, stops or fails a process: compiled in with WEIR_FAILPOINTS, nothing
// otherwise.
//
//   WEIR_FAILPOINT("checkpoint.before_rename");
//
// A process is told by its environment:
//   WEIR_FAILPOINT=NAME[:ACTION[:N[:ONCE]]]   ACTION: kill (default; SIGKILL), stop (SIGSTOP),
//   error (throws
//                                             Error{environment}); at the N-th passage (1), and,
//                                             when ONCE is a path, only in the process that manages
//                                             to create that file, so that a server that is started
//                                             again with the same environment goes on.
//   WEIR_FAILPOINT_RANK=R                     only where OMPI_COMM_WORLD_RANK is R
// Names are listed in failpoint_names.h; a name that is not there does not compile. Thread-safe.

#include "src/core/failpoint_names.h"

#ifdef WEIR_FAILPOINTS
#define WEIR_FAILPOINT(name)                                                           \
  do {                                                                                 \
    static_assert(::weir::is_failpoint(name), "add it to src/core/failpoint_names.h"); \
    if (::weir::failpoint_armed()) ::weir::failpoint(name);                            \
  } while (false)
#else
#define WEIR_FAILPOINT(name) \
  static_assert(::weir::is_failpoint(name), "add it to src/core/failpoint_names.h")
#endif

namespace weir {

/// Whether this process's environment names a failpoint. Read once.
bool failpoint_armed();
/// A passage. Error{environment}: the action is `error` and this is the passage.
void failpoint(const char* name);

}  // namespace weir

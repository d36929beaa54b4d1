#pragma once
// Bugs that are there on purpose, one at a time, to see that a named test catches each. Compiled in
// with WEIR_PLANTED_BUGS (tests/run --planted), nothing otherwise.
//
//   if (!WEIR_BUG("no_fsync")) file->sync();
//
// A process is told by WEIR_BUG=NAME in its environment. tests/planted/bugs.txt lists each name
// with the test that catches it.

#ifdef WEIR_PLANTED_BUGS
#include <cstdlib>
#include <cstring>

namespace weir {
/// Whether the environment asks for this bug. Read at each call: tests set it as they go.
inline bool planted_bug(const char* name) {
  const char* wanted = std::getenv("WEIR_BUG");
  return wanted != nullptr && std::strcmp(wanted, name) == 0;
}
}  // namespace weir
#define WEIR_BUG(name) ::weir::planted_bug(name)
#else
#define WEIR_BUG(name) false
#endif

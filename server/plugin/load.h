#pragma once
// Shared libraries of users, opened and asked what they bring.

#include <string>
#include <vector>

#include "weir/server/registry.h"

namespace weir {

/// Opens each library, in this order, and lets it register (weir/server/plugin.h). They stay open
/// to the end of the process. Errors: Error{input} naming the library: not there or not loadable
/// (in the loader's words), no plug-in, of another version (with both versions), a name that is
/// taken, or whatever its code throws. `registry` is of no use then.
void load_plugins(const std::vector<std::string>& libraries, Registry& registry);

}  // namespace weir

#pragma once
// What the launcher tells its user while it works.

#include <functional>
#include <string>

namespace weir {

enum class NoteLevel { detail, info, warning };  ///< detail: for the log only

/// Takes one sentence. Called by the thread of the launcher.
using Note = std::function<void(NoteLevel, const std::string&)>;

}  // namespace weir

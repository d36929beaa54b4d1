#pragma once
// Whether somebody drives a study, as seen from any machine that sees its directory.

#include <cstdint>
#include <optional>

#include "launcher/records/status_file.h"
#include "src/core/study_directory.h"

namespace weir {

/// Whether nobody does any more. On the launcher's own machine its lock and its process tell;
/// elsewhere, where a lock may not be seen, the age of its status alone. `status`: nothing when no
/// launcher has written one. `now`: seconds since 1970.
bool launcher_gone(const std::optional<LauncherStatus>& status, const StudyDirectory& directory,
                   std::int64_t now);

}  // namespace weir

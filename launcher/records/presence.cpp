#include "launcher/records/presence.h"

#include "launcher/records/study_lock.h"

namespace weir {

bool launcher_gone(const std::optional<LauncherStatus>& status, const StudyDirectory& directory,
                   std::int64_t now) {
  if (status && !written_here(*status)) return is_stale(*status, now);
  return !launcher_runs(directory) || (status && is_stale(*status, now));
}

}  // namespace weir

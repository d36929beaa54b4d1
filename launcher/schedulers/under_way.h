#pragma once
// Submissions that outlive the launcher that began them.

#include <string>

#include "src/core/clock.h"

namespace weir {

/// Whether a process of this machine has `argument` among its arguments.
bool submission_under_way(const std::string& argument);

/// Waits until no process of this machine has `argument` among its arguments, at most as long as a
/// submission may take: what a killed launcher's sbatch still submits must be there when the next
/// one looks.
void wait_for_submissions(const std::string& argument, Duration at_most = std::chrono::seconds(60));

}  // namespace weir

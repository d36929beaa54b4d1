#pragma once
// Whether a partition takes a job.

#include <vector>

#include "launcher/doctor/case.h"

namespace weir {

/// What stands against it; nothing when it fits, as far as is known. `nodes`: of all partitions;
/// none at all: not known.
Findings misfits(const JobPlan& plan, const Partition& partition,
                 const std::vector<NodeGroup>& nodes);

}  // namespace weir

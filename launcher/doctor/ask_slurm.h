#pragma once
// The questions to a Slurm that has answered.

#include "launcher/doctor/case.h"

namespace weir {

/// What it says of itself, as far as the study depends on it. What it does not say is a finding.
/// Nothing when it does not tell its partitions.
std::optional<Cluster> ask_slurm(const Case& subject, CommandRunner& commands, Findings& findings);

}  // namespace weir

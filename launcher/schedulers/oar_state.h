#pragma once
// The states of an OAR job and the events that ended it, in the terms of the launcher.

#include "launcher/schedulers/oar_commands.h"
#include "launcher/schedulers/scheduler.h"

namespace weir {

/// Nothing when the state is none that OAR 2.5 has.
std::optional<JobReport> oar_report(const OarJob& job);

}  // namespace weir

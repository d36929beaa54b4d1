#pragma once
// What makes a study the one that it is, beside how it is run.

#include "src/study/study.h"

namespace weir {

/// The study with the defaults for all that says how it is run, and not what is trained on what:
/// /server, /launcher, /client, /checkpoint, /trackers, /training/stop, /training/prefetch,
/// /training/cuda_graphs, /buffer/memory, and how often and how long a simulation is tried. A study
/// may be continued with others of these. The number of server ranks and the scheduler are among
/// them here; who continues has to look at these: states of so many ranks fit no other number, and
/// one scheduler knows the jobs.
Study identity_of(const Study& study);

}  // namespace weir

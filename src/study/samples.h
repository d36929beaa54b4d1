#pragma once
// What the kind of a study's samples means for those who deal them out and store them.

#include <algorithm>
#include <cstddef>

#include "src/core/sample_id.h"
#include "src/study/study.h"

namespace weir {

/// Steps between the two halves of an autoregressive sample; 0: samples are direct, of one step.
inline std::size_t lead_of(const Study& study) {
  const SampleSettings& samples = study.training.samples;
  return samples.kind == SampleKind::autoregressive ? samples.lead : 0;
}

/// Both halves of a pair must meet on one rank.
inline Routing routing_of(const Study& study) {
  return lead_of(study) > 0 ? Routing::by_simulation : Routing::by_step;
}

/// Steps that a sample takes of a buffer: a pair is two.
inline std::size_t steps_of_sample(const Study& study) { return lead_of(study) > 0 ? 2 : 1; }

/// Steps that a server rank keeps besides, till their pairs come: of its even share of the
/// simulations that run at a time, and a spare one.
inline double waiting_steps(const Study& study) {
  if (lead_of(study) == 0) return 0;
  const auto jobs = std::min(study.launcher.jobs, study.simulation.count);
  const auto share = (jobs + study.server.ranks - 1) / study.server.ranks;
  return static_cast<double>(share) * static_cast<double>(lead_of(study)) + 1;
}

/// Samples that can be trained on, of a simulation whose steps are all accepted.
inline std::size_t samples_of_simulation(const Study& study) {
  return study.simulation.steps - lead_of(study);
}

}  // namespace weir

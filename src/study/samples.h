#pragma once
// What the kind of a study's samples means for those who deal them out and store them.

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

/// Samples that can be trained on, of a simulation whose steps are all accepted.
inline std::size_t samples_of_simulation(const Study& study) {
  return study.simulation.steps - lead_of(study);
}

}  // namespace weir

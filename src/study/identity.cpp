#include "src/study/identity.h"

namespace weir {

Study identity_of(const Study& study) {
  const Study defaults;
  Study same = study;
  same.server = {};
  same.launcher = {};
  same.client = {};
  same.checkpoint = {};
  same.trackers = {};
  same.training.stop = {};
  same.training.prefetch = defaults.training.prefetch;
  same.training.cuda_graphs = defaults.training.cuda_graphs;
  same.buffer.memory = defaults.buffer.memory;
  same.simulation.launch = defaults.simulation.launch;
  same.simulation.restarts = defaults.simulation.restarts;
  same.simulation.time_limit = defaults.simulation.time_limit;
  same.simulation.progress = defaults.simulation.progress;
  return same;
}

}  // namespace weir

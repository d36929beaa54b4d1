// What may differ when a study goes on, and what makes it another one.
#include "src/study/identity.h"

#include <functional>

#include <gtest/gtest.h>

#include "src/study/parse.h"

namespace weir {
namespace {

using Change = std::function<void(Study&)>;

bool is_the_same(const Change& change) {
  Study study, other;
  change(other);
  EXPECT_NE(write_study(study), write_study(other));  // else the change is none
  return write_study(identity_of(study)) == write_study(identity_of(other));
}

TEST(Identity, StaysWhenAStudyIsRunInAnotherWay) {
  const Change changes[] = {
      [](Study& study) { study.server.progress = 1; },
      [](Study& study) { study.launcher.server_start = 1; },
      [](Study& study) { study.client.timeout = 1; },
      [](Study& study) { study.checkpoint.every = 1; },
      [](Study& study) { study.trackers.mlflow.enabled = true; },
      [](Study& study) { study.training.stop.batches = 1; },
      [](Study& study) { study.training.prefetch = Prefetch::on; },
      [](Study& study) { study.training.cuda_graphs = true; },
      [](Study& study) { study.buffer.memory = BufferMemory::device; },
      [](Study& study) { study.simulation.launch = Launch::mpirun; },
      [](Study& study) { study.simulation.restarts = 9; },
      [](Study& study) { study.simulation.time_limit = 1; },
      [](Study& study) { study.simulation.progress = 1; },
  };
  for (const auto& change : changes) EXPECT_TRUE(is_the_same(change)) << &change - changes;
}

TEST(Identity, ChangesWithWhatIsTrainedOnWhat) {
  const Change changes[] = {
      [](Study& study) { study.name = "another"; },
      [](Study& study) { study.seed = 1; },
      [](Study& study) { study.simulation.count = 1; },
      [](Study& study) { study.simulation.command = {"another_solver"}; },
      [](Study& study) { study.simulation.environment["A"] = "1"; },
      [](Study& study) { study.simulation.ranks = 2; },
      [](Study& study) { study.simulation.when_exhausted = Exhausted::replace; },
      [](Study& study) { study.sampling.adaptive.every = 1; },
      [](Study& study) { study.buffer.capacity = 1; },
      [](Study& study) { study.training.batch = 1; },
      [](Study& study) { study.validation.every = 1; },
      [](Study& study) { study.lineage = true; },
  };
  for (const auto& change : changes) EXPECT_FALSE(is_the_same(change)) << &change - changes;
}

}  // namespace
}  // namespace weir

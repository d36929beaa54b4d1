#include "launcher/schedulers/make_scheduler.h"

#include <utility>

#include "launcher/schedulers/command_runner.h"
#include "launcher/schedulers/local.h"
#include "launcher/schedulers/oar.h"
#include "launcher/schedulers/pool.h"
#include "launcher/schedulers/slurm.h"
#include "launcher/schedulers/steps.h"

namespace weir {
namespace {

ProcessCommandRunner& real_commands() {
  static ProcessCommandRunner runner;
  return runner;
}

struct OwnsBase {
  std::unique_ptr<Scheduler> base;
};

/// A pool that outlives what it is over by nothing: bases are destroyed in their reverse order.
class OwningPool final : private OwnsBase, public PoolScheduler {
 public:
  OwningPool(std::unique_ptr<Scheduler> over, const Study& study, const StudyDirectory& directory,
             FileSystem& files, const Clock& clock)
      : OwnsBase{std::move(over)},
        PoolScheduler(*base, directory, pool_settings(study), files, clock) {}
};

}  // namespace

std::unique_ptr<Scheduler> make_scheduler(const Study& study, const StudyDirectory& directory,
                                          FileSystem& files, const Clock& clock) {
  const auto local = [&] { return std::make_unique<LocalScheduler>(clock, directory.root); };
  const auto slurm = [&] {
    return std::make_unique<SlurmScheduler>(study, directory, real_commands(), files, clock);
  };
  switch (study.launcher.scheduler) {
    case SchedulerKind::local:
      break;
    case SchedulerKind::local_pool:
      return std::make_unique<OwningPool>(local(), study, directory, files, clock);
    case SchedulerKind::slurm:
      return slurm();
    case SchedulerKind::slurm_steps:
      return std::make_unique<StepsScheduler>(study, directory, real_commands(), files, clock);
    case SchedulerKind::slurm_pool:
      return std::make_unique<OwningPool>(slurm(), study, directory, files, clock);
    case SchedulerKind::oar:
      return std::make_unique<OarScheduler>(study, directory, real_commands(), files, clock);
  }
  return local();
}

}  // namespace weir

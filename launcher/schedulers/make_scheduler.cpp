#include "launcher/schedulers/make_scheduler.h"

#include "launcher/schedulers/command_runner.h"
#include "launcher/schedulers/local.h"
#include "launcher/schedulers/slurm.h"

namespace weir {

namespace {

ProcessCommandRunner& real_commands() {
  static ProcessCommandRunner runner;
  return runner;
}

}  // namespace

std::unique_ptr<Scheduler> make_scheduler(const Study& study, const StudyDirectory& directory,
                                          FileSystem& files, const Clock& clock) {
  if (study.launcher.scheduler == SchedulerKind::slurm)
    return std::make_unique<SlurmScheduler>(study, directory, real_commands(), files, clock);
  return std::make_unique<LocalScheduler>(clock, directory.root);
}

}  // namespace weir

#include "launcher/schedulers/make_scheduler.h"

#include "launcher/schedulers/local.h"

namespace weir {

std::unique_ptr<Scheduler> make_scheduler(const Study&, const StudyDirectory& directory,
                                          FileSystem&, const Clock& clock) {
  return std::make_unique<LocalScheduler>(clock, directory.root);
}

}  // namespace weir

#pragma once
// The scheduler that a study names.

#include <memory>

#include "launcher/schedulers/scheduler.h"
#include "src/core/clock.h"
#include "src/core/file_system.h"
#include "src/core/study_directory.h"
#include "src/study/study.h"

namespace weir {

/// For the study that lies in `directory`. The references outlive it. Error{environment}: its
/// commands are not there, or its service does not answer.
std::unique_ptr<Scheduler> make_scheduler(const Study& study, const StudyDirectory& directory,
                                          FileSystem& files, const Clock& clock);

}  // namespace weir

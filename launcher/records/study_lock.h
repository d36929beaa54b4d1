#pragma once
// One launcher a study: a lock that the system takes back when its holder dies, however.

#include <filesystem>

#include "src/core/study_directory.h"

namespace weir {

/// Held while it lives; not inherited by children. D/run/launcher.lock names the holder for people.
class StudyLock {
 public:
  /// Error{environment}: another launcher has it (the text says which, and where), or it cannot be
  /// taken.
  explicit StudyLock(const StudyDirectory& directory);
  ~StudyLock();
  StudyLock(const StudyLock&) = delete;
  StudyLock& operator=(const StudyLock&) = delete;

 private:
  int fd_;
};

/// Whether a launcher holds the lock of this study. Never waits, never throws: a lock that cannot
/// be looked at counts as free.
bool launcher_runs(const StudyDirectory& directory);

}  // namespace weir

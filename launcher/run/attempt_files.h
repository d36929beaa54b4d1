#pragma once
// What lies on disk for an attempt while it is wanted: its job file, and where the study has
// templates the folder that it runs in.

#include <set>
#include <vector>

#include "launcher/run/jobs.h"
#include "launcher/run/templates.h"
#include "src/core/file_system.h"
#include "src/core/study_directory.h"
#include "src/study/study.h"

namespace weir {

/// The references outlive it.
class AttemptFiles {
 public:
  /// Errors as of Templates.
  AttemptFiles(FileSystem& files, const Study& study, StudyDirectory directory);

  /// Makes the attempt's folder, when there are templates; to be called before it is submitted.
  /// Error{environment}: it cannot be written.
  void prepare(AttemptId id, const std::vector<double>& parameters) const;

  /// Removes the job file of an attempt that has ended and, when it ended `well`, its folder: that
  /// of a failed one is kept for a look. Error{environment}: they cannot be removed.
  void remove(AttemptId id, bool well) const;

  /// The attempts, of those of this study, that anything lies there for.
  std::set<AttemptId> found() const;

 private:
  FileSystem& files_;
  const Study& study_;
  StudyDirectory directory_;
  Templates templates_;
};

}  // namespace weir

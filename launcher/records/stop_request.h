#pragma once
// D/run/stop: the wish to end a study, left by `weir stop` on any machine that sees the study
// directory, and taken by the launcher, wherever it runs.

#include <filesystem>
#include <optional>
#include <string>

#include "src/core/clock.h"
#include "src/core/file_system.h"
#include "src/core/study_directory.h"

namespace weir {

std::filesystem::path stop_request_path(const StudyDirectory& directory);

/// Leaves the wish, with the name of this process. Errors as of FileSystem::replace.
void leave_stop_request(FileSystem& files, const StudyDirectory& directory);

/// The launcher's side. Used by one thread.
class StopRequests {
 public:
  /// Throws away a wish that an earlier launcher has not taken: its study has ended since.
  StopRequests(FileSystem& files, const StudyDirectory& directory, const Clock& clock);

  /// Takes a wish, and returns who left it ("process 7 on login2"); looks once a second at most.
  /// Throws nothing: what cannot be read or removed is there at the next look.
  std::optional<std::string> take();

 private:
  FileSystem& files_;
  const std::filesystem::path path_;
  const Clock& clock_;
  Time next_;
};

}  // namespace weir

#pragma once
// The input files of a simulation: rendered from templates into a folder of the attempt's own.

#include <filesystem>
#include <map>
#include <string>

#include "launcher/run/placeholders.h"
#include "src/core/file_system.h"
#include "src/core/study_directory.h"
#include "src/study/study.h"

namespace weir {

/// Where the study keeps its copies, each under the name that it is rendered to.
std::filesystem::path kept_templates(const StudyDirectory& directory);

class Templates {
 public:
  /// The first launcher of a study copies them all into `directory`, and later ones read the
  /// copies, so that a file that is changed later changes no attempt of this study. The copies are
  /// there all or not at all, and on the device when this returns. Error{input}: one cannot be
  /// read; names the key and the file. Error{environment}: the copies cannot be written or read.
  Templates(FileSystem& files, const Study& study, const StudyDirectory& directory);

  bool empty() const { return texts_.empty(); }

  /// Makes `folder` anew with a file a template, mode 0600, in which the placeholders have these
  /// values; folders 0700. Error{environment}: they cannot be written.
  void render(FileSystem& files, const std::filesystem::path& folder,
              const PlaceholderValues& values) const;

 private:
  std::map<std::string, std::string> texts_;  ///< by the name inside the folder
};

}  // namespace weir

#pragma once
// The input files of a simulation: rendered from templates into a folder of the attempt's own.

#include <filesystem>
#include <map>
#include <string>

#include "launcher/run/placeholders.h"
#include "src/core/file_system.h"
#include "src/study/study.h"

namespace weir {

class Templates {
 public:
  /// Reads them all, so that a file that is changed later changes no attempt of this launcher.
  /// Error{input}: one cannot be read; names the key and the file.
  Templates(FileSystem& files, const Study& study);

  bool empty() const { return texts_.empty(); }

  /// Makes `folder` anew with a file a template, mode 0600, in which the placeholders have these
  /// values; folders 0700. Error{environment}: they cannot be written.
  void render(FileSystem& files, const std::filesystem::path& folder,
              const PlaceholderValues& values) const;

 private:
  std::map<std::string, std::string> texts_;  ///< by the name inside the folder
};

}  // namespace weir

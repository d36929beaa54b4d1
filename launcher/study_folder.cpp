#include "launcher/study_folder.h"

#include <cerrno>

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "src/core/error.h"
#include "src/study/parse.h"

namespace weir {

namespace fs = std::filesystem;

fs::path output_folder(const fs::path& asked, const Study& study) {
  return fs::absolute(asked.empty() ? fs::path(study.name) : asked).lexically_normal();
}

void require_new_folder(const fs::path& folder) {
  std::error_code failed;
  if (!fs::is_directory(folder, failed) || fs::is_empty(folder, failed)) return;
  throw Error(ErrorKind::input, "the folder '" + folder.string() +
                                    "' is not empty; choose another one with --output");
}

StudyDirectory make_study_folder(FileSystem& files, const fs::path& folder, const Study& study) {
  require_new_folder(folder);
  StudyDirectory directory{folder};
  for (const auto& path : {directory.root, directory.logs(), directory.run()})
    files.make_directories(path, 0700);
  if (chmod(folder.c_str(), 0700) != 0)
    throw Error(ErrorKind::environment,
                "the folder '" + folder.string() + "' cannot be made private: " + strerror(errno));
  files.replace(directory.study(), write_study(study), 0600);
  return directory;
}

StudyDirectory find_study_folder(FileSystem& files, const fs::path& folder) {
  StudyDirectory directory{fs::absolute(folder).lexically_normal()};
  if (!files.exists(directory.study()))
    throw Error(ErrorKind::input, "the folder '" + folder.string() +
                                      "' holds no study; give the one that `weir run` made");
  return directory;
}

fs::path make_temporary_folder() {
  std::string pattern = (fs::temp_directory_path() / "weir-generate-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr)
    throw Error(ErrorKind::environment,
                "no temporary folder can be made at '" + pattern + "': " + strerror(errno));
  return pattern;
}

}  // namespace weir

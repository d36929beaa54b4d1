#include "launcher/records/study_folder.h"

#include <algorithm>
#include <cerrno>

#include <nlohmann/json.hpp>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "src/core/error.h"
#include "src/core/temporary_name.h"
#include "src/study/identity.h"
#include "src/study/parse.h"

namespace weir {

namespace fs = std::filesystem;

namespace {

using Json = nlohmann::ordered_json;

struct Change {
  std::string key, before, now;  ///< the values as JSON; "nothing" where there is none
};

/// Adds what differs, as deep as both have the same keys, or as many members.
void add_changes(const std::string& key, const Json& before, const Json& now,
                 std::vector<Change>& found) {
  if (before == now) return;
  if (before.is_object() && now.is_object()) {
    const Json nothing;
    const auto in = [&](const Json& json, const std::string& name) -> const Json& {
      return json.contains(name) ? json.at(name) : nothing;
    };
    for (const auto& [name, value] : before.items())
      add_changes(key + "/" + name, value, in(now, name), found);
    for (const auto& [name, value] : now.items())
      if (!before.contains(name)) add_changes(key + "/" + name, nothing, value, found);
  } else if (before.is_array() && now.is_array() && before.size() == now.size()) {
    for (std::size_t k = 0; k < now.size(); ++k)
      add_changes(key + "/" + std::to_string(k), before[k], now[k], found);
  } else {
    const auto text = [](const Json& json) { return json.is_null() ? "nothing" : json.dump(); };
    found.push_back({key, text(before), text(now)});
  }
}

std::vector<Change> changes(const Study& before, const Study& now) {
  std::vector<Change> found;
  add_changes("", Json::parse(write_study(before)), Json::parse(write_study(now)), found);
  return found;
}

/// Parsed, so that a default that came with a later weir is no difference.
Study recorded_study(FileSystem& files, const StudyDirectory& directory) {
  return parse_study(files.read(directory.study()), directory.root);
}

/// What a study that goes on has to keep: states of so many ranks, and jobs that a scheduler knows.
Study fixed(const Study& study) {
  Study kept = identity_of(study);
  kept.server.ranks = study.server.ranks;
  kept.launcher.scheduler = study.launcher.scheduler;
  return kept;
}

std::string hint(const std::string& key, const std::string& recorded) {
  if (key == "/server/ranks") return "; give --ranks " + recorded;
  return "; give the study file that it was started with, or start anew in another --output";
}

bool is_new(const fs::path& folder) {
  const auto left = [&](const fs::directory_entry& entry) {
    return entry.symlink_status().type() == fs::file_type::regular &&
           is_temporary_of(StudyDirectory{folder}.study(), entry.path().filename().string());
  };
  std::error_code failed;
  if (!fs::is_directory(folder, failed)) return true;
  const fs::directory_iterator entries(folder, failed);
  if (failed)
    throw Error(ErrorKind::input, "the folder '" + folder.string() +
                                      "' cannot be read: " + failed.message() +
                                      "; make it readable, or choose another one with --output");
  return std::all_of(begin(entries), end(entries), left);
}

}  // namespace

fs::path output_folder(const fs::path& asked, const Study& study) {
  return fs::absolute(asked.empty() ? fs::path(study.name) : asked).lexically_normal();
}

void require_new_folder(const fs::path& folder) {
  if (is_new(folder)) return;
  throw Error(ErrorKind::input, "the folder '" + folder.string() +
                                    "' is not empty; choose another one with --output");
}

void make_subfolders(FileSystem& files, const StudyDirectory& directory) {
  for (const auto& path : {directory.logs(), directory.run()}) files.make_directories(path, 0700);
}

StudyDirectory make_study_folder(FileSystem& files, const fs::path& folder, const Study& study) {
  require_new_folder(folder);
  StudyDirectory directory{folder};
  files.make_directories(folder, 0700);
  if (chmod(folder.c_str(), 0700) != 0)
    throw Error(ErrorKind::environment,
                "the folder '" + folder.string() + "' cannot be made private: " + strerror(errno));
  // First: a folder that holds a study can be resumed, however soon its launcher dies.
  files.replace(directory.study(), write_study(study), 0600);
  make_subfolders(files, directory);
  return directory;
}

void require_same_study(FileSystem& files, const StudyDirectory& directory, const Study& study) {
  const auto found = changes(fixed(recorded_study(files, directory)), fixed(study));
  if (found.empty()) return;
  const auto& [key, before, now] = found.front();
  throw Error(ErrorKind::input, "'" + directory.root.string() + "' holds another study: " + key +
                                    " is " + before + " there and " + now + " in the study file" +
                                    hint(key, before));
}

std::vector<std::string> change_how_it_runs(FileSystem& files, const StudyDirectory& directory,
                                            const Study& study) {
  std::vector<std::string> texts;
  for (const auto& [key, before, now] : changes(recorded_study(files, directory), study))
    texts.push_back(key + " is " + now + " from now on, and was " + before);
  if (!texts.empty()) files.replace(directory.study(), write_study(study), 0600);
  return texts;
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

#pragma once
// Which folder includes which, and what the design forbids of it.

#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace weir::test {

/// Folder → the folders that its files include; folders are relative to the root of the sources.
using Includes = std::map<std::string, std::set<std::string>>;

inline std::string folder_of(const std::string& file) {
  return std::filesystem::path(file).parent_path().generic_string();
}

inline bool is_in(const std::string& folder, const std::string& top) {
  return folder == top || folder.rfind(top + "/", 0) == 0;
}

/// Adds the includes in quotes that `text`, the content of `file`, names.
inline void add_includes(const std::string& file, const std::string& text, Includes& includes) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string directive, name;
    words >> directive >> name;
    if (directive != "#include" || name.size() < 3 || name.front() != '"') continue;
    const std::string target = folder_of(name.substr(1, name.find('"', 1) - 1));
    // A name without a folder is a neighbour.
    if (!target.empty() && target != folder_of(file)) includes[folder_of(file)].insert(target);
  }
}

inline Includes read_includes(const std::filesystem::path& root,
                              const std::vector<std::string>& tops) {
  const std::set<std::string> extensions = {".h", ".hpp", ".c", ".cpp", ".cc", ".cu"};
  Includes includes;
  for (const std::string& top : tops) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root / top)) {
      if (extensions.count(entry.path().extension().string()) == 0) continue;
      std::ostringstream text;
      text << std::ifstream(entry.path()).rdbuf();
      add_includes(entry.path().lexically_relative(root).generic_string(), text.str(), includes);
    }
  }
  return includes;
}

/// What a folder below `from` must not include; in the words of section 10 of the design.
inline std::optional<std::string> broken_rule(const std::string& from, const std::string& to) {
  const std::vector<std::string> users = {"client_api", "server", "launcher"};
  if (is_in(to, "tests")) return "only tests include tests";
  for (const std::string& user : users) {
    if (!is_in(to, user)) continue;
    if (is_in(from, "src")) return "src is below " + user;
    if (!is_in(from, user)) return "client_api, server and launcher never include each other";
  }
  if (is_in(from, "src/core") && is_in(to, "src")) return "src/core is at the bottom";
  const bool siblings = is_in(from, "src/study")
                            ? is_in(to, "src/wire")
                            : is_in(from, "src/wire") && is_in(to, "src/study");
  if (siblings) return "src/study and src/wire do not know each other";
  return {};
}

inline std::vector<std::string> broken_rules(const Includes& includes) {
  std::vector<std::string> broken;
  for (const auto& [from, targets] : includes) {
    for (const std::string& to : targets) {
      if (const auto rule = broken_rule(from, to))
        broken.push_back(from + " includes " + to + ": " + *rule);
    }
  }
  return broken;
}

/// Depth first; `path` holds the folders on the way here, `done` those that no cycle goes through.
inline std::optional<std::string> cycle_from(const std::string& folder, const Includes& includes,
                                             std::vector<std::string>& path,
                                             std::set<std::string>& done) {
  if (done.count(folder) == 1) return {};
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (path[i] != folder) continue;
    std::string text;
    for (std::size_t k = i; k < path.size(); ++k) text += path[k] + " → ";
    return text + folder;
  }
  path.push_back(folder);
  if (const auto found = includes.find(folder); found != includes.end()) {
    for (const std::string& to : found->second) {
      if (auto cycle = cycle_from(to, includes, path, done)) return cycle;
    }
  }
  path.pop_back();
  done.insert(folder);
  return {};
}

/// "a → b → a", when folders include each other in a circle.
inline std::optional<std::string> folder_cycle(const Includes& includes) {
  std::set<std::string> done;
  for (const auto& [folder, targets] : includes) {
    std::vector<std::string> path;
    if (auto cycle = cycle_from(folder, includes, path, done)) return cycle;
  }
  return {};
}

}  // namespace weir::test

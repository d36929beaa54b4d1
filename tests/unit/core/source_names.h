#pragma once
// Names that the sources give to a macro: MACRO("name").

#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>

namespace weir::test {

/// Name → the files that use it, one entry a use, relative to `root`; comments do not count. Looks
/// into weir's own folders, tests excepted.
inline std::map<std::string, std::multiset<std::string>> names_given_to(
    const std::string& macro, const std::filesystem::path& root) {
  const std::set<std::string> extensions = {".h", ".c", ".cpp"};
  const std::regex use(macro + R"re(\("([^"]+)"\))re");
  std::map<std::string, std::multiset<std::string>> names;
  for (const char* top : {"src", "client_api", "server", "launcher"}) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root / top)) {
      if (extensions.count(entry.path().extension().string()) == 0) continue;
      std::ifstream file(entry.path());
      for (std::string line; std::getline(file, line);) {
        const std::string code = line.substr(0, line.find("//"));
        for (std::sregex_iterator found(code.begin(), code.end(), use), end; found != end; ++found)
          names[(*found)[1]].insert(entry.path().lexically_relative(root).generic_string());
      }
    }
  }
  return names;
}

}  // namespace weir::test

#pragma once
// Where sources hand a text to a shell.

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace weir::test {

/// "FILE:LINE: the line" for each line of `text` that does.
inline std::vector<std::string> shells_in_text(const std::string& file, const std::string& text) {
  // A call of a function that runs a shell or searches like one; a shell as a literal of its own.
  static const std::regex call(R"((^|[^A-Za-z0-9_])(system|popen|wordexp|execl[pe]?)\s*\()");
  static const std::regex shell(R"("(/[a-z/]*/)?(ba|da|z|k|c|tc)?sh")");
  std::vector<std::string> found;
  std::istringstream lines(text);
  std::size_t number = 0;
  for (std::string line; std::getline(lines, line);) {
    ++number;
    const std::string code = line.substr(0, line.find("//"));
    static const std::regex literal(R"("([^"\\]|\\.)*")");
    const std::string without_texts = std::regex_replace(code, literal, "\"\"");
    if (std::regex_search(without_texts, call) || std::regex_search(code, shell))
      found.push_back(file + ":" + std::to_string(number) + ": " + line);
  }
  return found;
}

/// All sources below the folders `tops` of `root`, whose number is added to `files`.
inline std::vector<std::string> shells_in(const std::filesystem::path& root,
                                          const std::vector<std::string>& tops,
                                          std::size_t& files) {
  const std::set<std::string> extensions = {".h", ".hpp", ".c", ".cpp", ".cc", ".cu"};
  std::vector<std::string> found;
  for (const std::string& top : tops) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root / top)) {
      if (extensions.count(entry.path().extension().string()) == 0) continue;
      std::ostringstream text;
      text << std::ifstream(entry.path()).rdbuf();
      for (auto& one :
           shells_in_text(entry.path().lexically_relative(root).generic_string(), text.str()))
        found.push_back(std::move(one));
      ++files;
    }
  }
  return found;
}

}  // namespace weir::test

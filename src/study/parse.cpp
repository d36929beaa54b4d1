#include "src/study/parse.h"

#include "src/core/error.h"
#include "src/core/file_system.h"
#include "src/study/check.h"
#include "src/study/declare.h"
#include "src/study/reader.h"

namespace weir {
namespace {

std::string read_text(const std::filesystem::path& file) {
  try {
    return posix_file_system().read(file);
  } catch (const Error& error) {
    throw Error(ErrorKind::input, error.what());  // the user named the file
  }
}

}  // namespace

Study parse_study(std::string_view text, const std::filesystem::path& base) {
  const Json json = parse_json(text);
  Study study;
  Reader::read(json, "", base, study);
  check_study(study);
  return study;
}

Study load_study(const std::filesystem::path& file) {
  const std::string text = read_text(file);
  try {
    return parse_study(text, std::filesystem::absolute(file).parent_path());
  } catch (const Error& error) {
    throw Error(error.kind(), file.string() + ": " + error.what());
  }
}

}  // namespace weir

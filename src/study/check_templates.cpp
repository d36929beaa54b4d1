// Where the rendered files of an attempt lie: inside its folder, each in a place of its own.

#include <filesystem>

#include "src/study/checks.h"
#include "src/study/reader.h"

namespace weir {
namespace {

bool stays_inside(const std::string& text) {
  const std::filesystem::path name = text;
  if (!name.is_relative() || !name.has_filename()) return false;
  if (name.lexically_normal().string() != text) return false;  // another name for the same file
  for (const auto& part : name)
    if (part == ".." || part == ".") return false;
  return true;
}

void check_name(const std::string& name, const std::string& place) {
  if (name.find('\0') != std::string::npos)
    refuse(place, "the file's name contains a zero byte; remove it");
  if (!stays_inside(name))
    refuse(place,
           "the name of the file to be written must lead into the attempt's folder, such as "
           "\"input.nml\" or \"system/controlDict\", without \"..\" and \".\"");
}

}  // namespace

void check_templates(const Study& study) {
  const auto& templates = study.simulation.templates;
  for (const auto& [name, path] : templates) {
    const std::string place = child("/simulation/templates", name);
    check_name(name, place);
    for (auto above = std::filesystem::path(name).parent_path(); !above.empty();
         above = above.parent_path()) {
      if (templates.count(above.string()) == 0) continue;
      refuse(place, shown(above.string()) +
                        " is a file by another key, and would have to be a folder as well; rename "
                        "one of them");
    }
  }
}

}  // namespace weir

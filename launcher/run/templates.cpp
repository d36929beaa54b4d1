#include "launcher/run/templates.h"

#include "src/core/error.h"

namespace weir {

namespace {

std::string read_template(FileSystem& files, const std::string& name, const std::string& path) {
  try {
    return files.read(path);
  } catch (const Error& error) {
    throw Error(ErrorKind::input, "the template of '" + name + "': " + error.what() +
                                      "; correct simulation.templates");
  }
}

void keep(FileSystem& files, const Study& study, const std::filesystem::path& kept) {
  const auto run = kept.parent_path(), unfinished = run / ".templates.unfinished";
  files.remove_all(unfinished);
  for (const auto& [name, path] : study.simulation.templates) {
    const auto copy = unfinished / name;
    files.make_directories(copy.parent_path(), 0700);
    files.replace(copy, read_template(files, name, path), 0600);
    for (auto above = copy.parent_path(); above != run; above = above.parent_path())
      files.sync_directory(above);
  }
  files.rename(unfinished, kept);
  files.sync_directory(run);
}

}  // namespace

std::filesystem::path kept_templates(const StudyDirectory& directory) {
  return directory.run() / "templates";
}

Templates::Templates(FileSystem& files, const Study& study, const StudyDirectory& directory) {
  if (study.simulation.templates.empty()) return;
  const auto kept = kept_templates(directory);
  if (!files.exists(kept)) keep(files, study, kept);
  for (const auto& [name, path] : study.simulation.templates)
    texts_[name] = files.read(kept / name);
}

void Templates::render(FileSystem& files, const std::filesystem::path& folder,
                       const PlaceholderValues& values) const {
  files.remove_all(folder);
  for (const auto& [name, text] : texts_) {
    const auto path = folder / name;
    files.make_directories(path.parent_path(), 0700);
    const auto file = files.create(path, 0600);
    file->write(fill_placeholders(text, values));
    file->close();
  }
}

}  // namespace weir

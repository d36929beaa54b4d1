#include "launcher/run/templates.h"

#include "src/core/error.h"

namespace weir {

Templates::Templates(FileSystem& files, const Study& study) {
  for (const auto& [name, path] : study.simulation.templates) {
    try {
      texts_[name] = files.read(path);
    } catch (const Error& error) {
      throw Error(ErrorKind::input, "the template of '" + name + "': " + error.what() +
                                        "; correct simulation.templates");
    }
  }
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

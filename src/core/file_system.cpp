#include "src/core/file_system.h"

#include "src/core/error.h"
#include "src/core/temporary_name.h"

namespace weir {
namespace {

void write_all(FileSystem& files, const Path& path, std::string_view bytes, unsigned mode) {
  const auto file = files.create(path, mode);
  file->write(bytes);
  file->sync();
  file->close();
}

}  // namespace

void FileSystem::replace(const Path& path, std::string_view bytes, unsigned mode) {
  const Path temporary = temporary_beside(path);
  try {
    write_all(*this, temporary, bytes, mode);
    rename(temporary, path);
  } catch (...) {
    try {
      remove(temporary);
    } catch (const Error&) {
      // The first error is the one that matters.
    }
    throw;
  }
  const Path folder = path.parent_path();
  sync_directory(folder.empty() ? Path(".") : folder);
}

}  // namespace weir

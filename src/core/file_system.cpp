#include "src/core/file_system.h"

#include <atomic>

#include <unistd.h>

#include "src/core/error.h"

namespace weir {
namespace {

// Two threads, or two processes, that replace the same file must not write into the same temporary
// one.
Path temporary_beside(const Path& path) {
  static std::atomic<unsigned> counter{0};
  std::string name = ".";
  name += path.filename().string() + "." + std::to_string(::getpid()) + "." +
          std::to_string(counter++) + ".tmp";
  return path.parent_path() / name;
}

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

#pragma once
// A file that appears whole or not at all: written under a temporary name, renamed when complete.

#include <filesystem>
#include <memory>
#include <string_view>

#include "src/core/file_system.h"

namespace weir {

/// Not thread-safe. Errors: those of FileSystem. Without commit() the destructor removes what was
/// written.
class ReplacingFile {
 public:
  /// `files` outlives it. Mode of the file: 0600.
  ReplacingFile(FileSystem& files, std::filesystem::path path);
  ~ReplacingFile();
  ReplacingFile(const ReplacingFile&) = delete;
  ReplacingFile& operator=(const ReplacingFile&) = delete;

  void write(std::string_view bytes);
  /// Syncs and renames to `path`.
  void commit();

 private:
  FileSystem& files_;
  std::filesystem::path path_, temporary_;
  std::unique_ptr<OutputFile> file_;
};

}  // namespace weir

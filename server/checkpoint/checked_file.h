#pragma once
// Files with a known size and CRC-32C: written so that both are known, read so that both are
// checked.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "src/core/file_system.h"

namespace weir {

/// What a manifest says of a file. Value type.
struct FileRecord {
  std::string path;  ///< relative to the checkpoint's folder, '/' between parts
  std::uint64_t bytes = 0;
  std::uint32_t crc = 0;
  bool operator==(const FileRecord&) const = default;
};

/// Of a file with this content, but for its path.
FileRecord record_of(std::string_view content);
/// Of a file that is there, but for its path. Errors: those of FileSystem. Memory: 1 MiB.
FileRecord record_of_file(FileSystem& files, const Path& path);

/// A new file (0600), written through a buffer of 1 MiB. Not thread-safe. Errors: those of
/// FileSystem.
class CheckedFile {
 public:
  /// `files` outlives it.
  CheckedFile(FileSystem& files, Path path);

  void write(std::string_view bytes);
  /// Writes what is left, syncs, closes and reads the file back: what was written. `path` is left
  /// empty. Error{environment}: the file does not hold what was written.
  FileRecord finish();

 private:
  void flush();

  FileSystem& files_;
  Path path_;
  std::unique_ptr<OutputFile> file_;
  std::string buffer_;
  FileRecord record_;
};

/// Writes a whole file; as CheckedFile.
FileRecord write_checked(FileSystem& files, const Path& path, std::string_view bytes);

/// Compares a file with its record, size first. Error{input} naming the file and what is wrong;
/// those of FileSystem. Memory: 1 MiB.
void check_file(FileSystem& files, const Path& path, const FileRecord& record);
/// Its size alone.
void check_size(FileSystem& files, const Path& path, const FileRecord& record);
/// Its content, once it is known to be the one that was recorded. Errors: those of check_file.
std::string read_checked(FileSystem& files, const Path& path, const FileRecord& record);

}  // namespace weir

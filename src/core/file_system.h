#pragma once
// Files as a dependency, so that a full disk and a crash between two calls can be tested.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace weir {

using Path = std::filesystem::path;

/// A file open for writing. Every call throws Error{environment} naming the path and the system's reason ("no space
/// left on device"). Not thread-safe.
class OutputFile {
 public:
  virtual ~OutputFile() = default;
  virtual void write(std::string_view bytes) = 0;
  virtual void sync() = 0;   ///< until the bytes are on the device
  virtual void close() = 0;  ///< reports what the destructor would swallow
};

/// A file open for reading at any place. Errors as for OutputFile. Not thread-safe.
class InputFile {
 public:
  virtual ~InputFile() = default;
  virtual std::uint64_t size() const = 0;  ///< bytes, when it was opened
  /// Fills all of `bytes` from `offset` on. Error{environment}: the file ends before.
  virtual void read(std::uint64_t offset, std::span<std::byte> bytes) = 0;
};

/// Thread-safe. Errors as for OutputFile.
class FileSystem {
 public:
  virtual ~FileSystem() = default;
  virtual std::unique_ptr<OutputFile> create(const Path& path, unsigned mode) = 0;  ///< truncates
  virtual std::unique_ptr<OutputFile> append(const Path& path, unsigned mode) = 0;
  virtual std::string read(const Path& path) = 0;
  virtual std::unique_ptr<InputFile> open(const Path& path) = 0;
  virtual bool exists(const Path& path) = 0;
  virtual void make_directories(const Path& path, unsigned mode) = 0;  ///< mode of those it makes
  virtual void rename(const Path& from, const Path& to) = 0;
  virtual void remove(const Path& path) = 0;  ///< a file that is not there is no error
  virtual void sync_directory(const Path& path) = 0;
  /// A second name for a file. False: this file system has no hard links (then nothing was done).
  virtual bool link(const Path& from, const Path& to) = 0;
  /// Names in a folder, sorted; of a folder that is not there: none.
  virtual std::vector<std::string> list(const Path& path) = 0;
  /// A folder and what is in it; one that is not there is no error.
  virtual void remove_all(const Path& path) = 0;
  virtual void truncate(const Path& path, std::uint64_t size) = 0;

  /// Replaces `path` as a whole: temporary name beside it, write, sync, rename, sync of the folder.
  void replace(const Path& path, std::string_view bytes, unsigned mode);
};

/// The real one.
FileSystem& posix_file_system();

}  // namespace weir

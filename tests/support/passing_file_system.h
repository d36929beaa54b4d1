#pragma once
// A file system that passes everything on, for tests to change a call of it.

#include <memory>
#include <string>
#include <vector>

#include "src/core/file_system.h"

namespace weir::test {

/// `inner` outlives it.
class PassingFileSystem : public FileSystem {
 public:
  explicit PassingFileSystem(FileSystem& inner = posix_file_system()) : inner_(inner) {}

  std::unique_ptr<OutputFile> create(const Path& path, unsigned mode) override {
    return inner_.create(path, mode);
  }
  std::unique_ptr<OutputFile> append(const Path& path, unsigned mode) override {
    return inner_.append(path, mode);
  }
  std::string read(const Path& path) override { return inner_.read(path); }
  std::unique_ptr<InputFile> open(const Path& path) override { return inner_.open(path); }
  bool exists(const Path& path) override { return inner_.exists(path); }
  void make_directories(const Path& path, unsigned mode) override {
    inner_.make_directories(path, mode);
  }
  void rename(const Path& from, const Path& to) override { inner_.rename(from, to); }
  void remove(const Path& path) override { inner_.remove(path); }
  void sync_directory(const Path& path) override { inner_.sync_directory(path); }
  bool link(const Path& from, const Path& to) override { return inner_.link(from, to); }
  std::vector<std::string> list(const Path& path) override { return inner_.list(path); }
  void remove_all(const Path& path) override { inner_.remove_all(path); }
  void truncate(const Path& path, std::uint64_t size) override { inner_.truncate(path, size); }

 protected:
  FileSystem& inner_;
};

}  // namespace weir::test

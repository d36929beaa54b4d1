#pragma once
// A file system whose n-th write finds the disk full, as every later one.

#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "src/core/error.h"
#include "tests/support/passing_file_system.h"

namespace weir::test {

/// Passes everything on to `inner`, which must outlive it. From write number `first_failure` on
/// (counted from 0 over all files), writes throw what a full disk throws. Files must not outlive
/// it. Not thread-safe.
class FaultyFileSystem final : public PassingFileSystem {
 public:
  FaultyFileSystem(FileSystem& inner, std::size_t first_failure)
      : PassingFileSystem(inner), first_failure_(first_failure) {}

  std::size_t writes() const { return writes_; }  ///< attempted so far
  std::size_t failures() const { return failures_; }
  void fail_from(std::size_t write) { first_failure_ = write; }
  void repair() { first_failure_ = static_cast<std::size_t>(-1); }

  std::unique_ptr<OutputFile> create(const Path& path, unsigned mode) override {
    return std::make_unique<File>(*this, path, inner_.create(path, mode));
  }
  std::unique_ptr<OutputFile> append(const Path& path, unsigned mode) override {
    return std::make_unique<File>(*this, path, inner_.append(path, mode));
  }

 private:
  class File final : public OutputFile {
   public:
    File(FaultyFileSystem& disk, Path path, std::unique_ptr<OutputFile> inner)
        : disk_(disk), path_(std::move(path)), inner_(std::move(inner)) {}
    void write(std::string_view bytes) override {
      if (disk_.writes_++ >= disk_.first_failure_) {
        ++disk_.failures_;
        throw Error(ErrorKind::environment,
                    "cannot write " + path_.string() + ": no space left on device");
      }
      inner_->write(bytes);
    }
    void sync() override { inner_->sync(); }
    void close() override { inner_->close(); }

   private:
    FaultyFileSystem& disk_;
    Path path_;
    std::unique_ptr<OutputFile> inner_;
  };

  std::size_t first_failure_;
  std::size_t writes_ = 0, failures_ = 0;
};

}  // namespace weir::test

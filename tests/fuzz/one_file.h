#pragma once
// A file system in which every path is the one file whose content the fuzzer made.

#include <string>
#include <utility>

#include "src/core/error.h"
#include "src/core/file_system.h"

namespace weir::fuzz {

/// Reads only; all else is an error.
class OneFile final : public FileSystem {
 public:
  explicit OneFile(std::string content) : content_(std::move(content)) {}

  std::string read(const Path&) override { return content_; }
  bool exists(const Path&) override { return true; }
  std::vector<std::string> list(const Path&) override { return {}; }

  std::unique_ptr<OutputFile> create(const Path&, unsigned) override { refuse(); }
  std::unique_ptr<OutputFile> append(const Path&, unsigned) override { refuse(); }
  std::unique_ptr<InputFile> open(const Path&) override { refuse(); }
  void make_directories(const Path&, unsigned) override { refuse(); }
  void rename(const Path&, const Path&) override { refuse(); }
  void remove(const Path&) override { refuse(); }
  void sync_directory(const Path&) override { refuse(); }
  bool link(const Path&, const Path&) override { refuse(); }
  void remove_all(const Path&) override { refuse(); }
  void truncate(const Path&, std::uint64_t) override { refuse(); }

 private:
  [[noreturn]] static void refuse() { throw Error(ErrorKind::environment, "can only be read"); }
  std::string content_;
};

}  // namespace weir::fuzz

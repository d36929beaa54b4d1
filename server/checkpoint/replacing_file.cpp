#include "server/checkpoint/replacing_file.h"

#include <string>
#include <utility>

#include <unistd.h>

#include "src/core/error.h"

namespace weir {
namespace {

std::filesystem::path beside(std::filesystem::path path) {
  path += ".partial-" + std::to_string(getpid());
  return path;
}

}  // namespace

ReplacingFile::ReplacingFile(FileSystem& files, std::filesystem::path path)
    : files_(files),
      path_(std::move(path)),
      temporary_(beside(path_)),
      file_(files.create(temporary_, 0600)) {}

ReplacingFile::~ReplacingFile() {
  if (!file_) return;
  file_.reset();
  try {
    files_.remove(temporary_);
  } catch (const Error&) {
    // The error that kept it from being committed is on its way already, and says more.
  }
}

void ReplacingFile::write(std::string_view bytes) { file_->write(bytes); }

void ReplacingFile::commit() {
  file_->sync();
  file_->close();
  files_.rename(temporary_, path_);
  file_.reset();
  files_.sync_directory(path_.parent_path());
}

}  // namespace weir

#include "src/wire/private_file.h"

#include <string>

#include <sys/stat.h>
#include <unistd.h>

#include "src/core/error.h"
#include "src/core/planted_bug.h"

namespace weir::wire {
namespace {

[[noreturn]] void fail(const std::filesystem::path& path, const std::string& text) {
  throw Error(ErrorKind::environment, path.string() + " " + text);
}

/// `mode`: what chmod has to be told.
void check_owner_and_mode(const std::filesystem::path& path, const struct stat& status,
                          const std::string& mode) {
  if (status.st_uid != ::geteuid()) {
    fail(path, "belongs to user " + std::to_string(status.st_uid) + ", not to you (" +
                   std::to_string(::geteuid()) + "): run solver and server as one user");
  }
  if ((status.st_mode & 077) != 0 && !WEIR_BUG("key_mode_unchecked")) {
    fail(path, "may be read or written by others: run chmod " + mode + " " + path.string());
  }
}

}  // namespace

void check_private_file(const std::filesystem::path& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0) return;
  if (!S_ISREG(status.st_mode)) fail(path, "is no regular file");
  check_owner_and_mode(path, status, "600");
}

void check_private_folder(const std::filesystem::path& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return;
  if (!S_ISDIR(status.st_mode)) fail(path, "is no folder");
  check_owner_and_mode(path, status, "700");
}

}  // namespace weir::wire

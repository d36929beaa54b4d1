#include "launcher/records/study_lock.h"

#include <array>
#include <cerrno>
#include <fstream>
#include <string>

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "src/core/error.h"

namespace weir {
namespace {

std::filesystem::path lock_path(const StudyDirectory& directory) {
  return directory.run() / "launcher.lock";
}

std::string this_process() {
  std::array<char, 256> host{};
  gethostname(host.data(), host.size() - 1);
  return "process " + std::to_string(getpid()) + " on " + host.data();
}

struct flock whole_file(short type) {
  struct flock lock {};
  lock.l_type = type;
  lock.l_whence = SEEK_SET;
  return lock;
}

std::string holder(const std::filesystem::path& path) {
  std::string line;
  std::getline(std::ifstream(path), line);
  return line.empty() ? "another process" : line;
}

[[noreturn]] void fail(const std::filesystem::path& path) {
  throw Error(ErrorKind::environment,
              "the lock '" + path.string() + "' cannot be taken: " + strerror(errno) +
                  "; choose another place with --output (Lustre: one with the mount option flock)");
}

void write_name(int fd, const std::filesystem::path& path) {
  const std::string name = this_process() + "\n";
  if (ftruncate(fd, 0) != 0 ||
      pwrite(fd, name.data(), name.size(), 0) != static_cast<ssize_t>(name.size()))
    fail(path);
}

}  // namespace

StudyLock::StudyLock(const StudyDirectory& directory) {
  const auto path = lock_path(directory);
  fd_ = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd_ < 0) fail(path);
  try {
    auto whole = whole_file(F_WRLCK);
    if (fcntl(fd_, F_OFD_SETLK, &whole) != 0) {
      if (errno != EAGAIN) fail(path);
      throw Error(ErrorKind::environment, "a launcher runs this study already: " + holder(path) +
                                              "; `weir status " + directory.root.string() +
                                              "` shows it");
    }
    write_name(fd_, path);
  } catch (...) {
    close(fd_);
    throw;
  }
}

StudyLock::~StudyLock() { close(fd_); }

bool launcher_runs(const StudyDirectory& directory) {
  const int fd = open(lock_path(directory).c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return false;
  auto wish = whole_file(F_RDLCK);  // only asked for: a launcher that starts now is not disturbed
  const bool held = fcntl(fd, F_OFD_GETLK, &wish) == 0 && wish.l_type != F_UNLCK;
  close(fd);
  return held;
}

}  // namespace weir

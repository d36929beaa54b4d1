// What the machine says of its file systems.

#include <array>
#include <cerrno>
#include <ctime>

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "launcher/doctor/machine.h"
#include "src/core/error.h"
#include "src/core/file_system.h"

namespace weir {
namespace {

namespace fs = std::filesystem;

struct KnownSystem {
  unsigned long magic;  ///< of statfs(2)
  const char* name;
  Sharing sharing;
};

constexpr std::array known_systems = {
    KnownSystem{0x01021994, "tmpfs", Sharing::never},
    KnownSystem{0x858458f6, "ramfs", Sharing::never},
    KnownSystem{0xef53, "ext4", Sharing::unlikely},
    KnownSystem{0x58465342, "xfs", Sharing::unlikely},
    KnownSystem{0x9123683e, "btrfs", Sharing::unlikely},
    KnownSystem{0x2fc12fc1, "zfs", Sharing::unlikely},
    KnownSystem{0xf2f52010, "f2fs", Sharing::unlikely},
    KnownSystem{0x794c7630, "overlayfs", Sharing::unlikely},
    KnownSystem{0x01021997, "9p", Sharing::unlikely},
    KnownSystem{0x6969, "nfs", Sharing::likely},
    KnownSystem{0x0bd00bd0, "lustre", Sharing::likely},
    KnownSystem{0x47504653, "gpfs", Sharing::likely},
    KnownSystem{0x19830326, "beegfs", Sharing::likely},
    KnownSystem{0x00c36400, "ceph", Sharing::likely},
    KnownSystem{0xaad7aaea, "panfs", Sharing::likely},
    KnownSystem{0x20030528, "orangefs", Sharing::likely},
    KnownSystem{0x65735546, "fuse", Sharing::likely},
};

fs::path nearest_existing(fs::path path) {
  std::error_code ignored;
  path = fs::absolute(path, ignored).lexically_normal();
  while (!fs::exists(path, ignored) && path.has_relative_path()) path = path.parent_path();
  return path;
}

/// A new file in the folder, gone with this object.
class TrialFile {
 public:
  explicit TrialFile(const fs::path& path)
      : name_((nearest_existing(path) / ".weir-check-XXXXXX").string()),
        fd_(mkstemp(name_.data())) {}
  ~TrialFile() {
    if (fd_ < 0) return;
    close(fd_);
    unlink(name_.c_str());
  }
  TrialFile(const TrialFile&) = delete;
  TrialFile& operator=(const TrialFile&) = delete;

  int fd() const { return fd_; }  ///< negative: it cannot be made

 private:
  std::string name_;
  const int fd_;
};

/// Seconds that the file's time is ahead of `now`.
double ahead_of(const struct stat& status, const timespec& now) {
  return static_cast<double>(status.st_mtim.tv_sec - now.tv_sec) +
         1e-9 * static_cast<double>(status.st_mtim.tv_nsec - now.tv_nsec);
}

}  // namespace

std::optional<std::uint64_t> SystemMachine::free_disk(const fs::path& path) const {
  std::error_code failed;
  const auto space = fs::space(nearest_existing(path), failed);
  return failed ? std::nullopt : std::optional<std::uint64_t>(space.available);
}

std::optional<std::uint64_t> SystemMachine::free_files(const fs::path& path) const {
  struct statvfs status {};
  const bool known = statvfs(nearest_existing(path).c_str(), &status) == 0 && status.f_files > 0;
  return known ? std::optional<std::uint64_t>(status.f_favail) : std::nullopt;
}

FileSystemKind SystemMachine::file_system(const fs::path& path) const {
  struct statfs status {};
  if (statfs(nearest_existing(path).c_str(), &status) == 0)
    for (const auto& [magic, name, sharing] : known_systems)
      if (static_cast<unsigned long>(status.f_type) == magic) return {name, sharing};
  return {"an unknown file system", Sharing::likely};
}

std::optional<double> SystemMachine::file_clock_ahead(const fs::path& path) const {
  const TrialFile file(path);
  const int fd = file.fd();
  if (fd < 0) return std::nullopt;
  struct stat status {};
  timespec now{};
  // The time of a write is the file server's; that of the creation may be this machine's.
  const bool known = write(fd, "\n", 1) == 1 && fsync(fd) == 0 &&
                     clock_gettime(CLOCK_REALTIME, &now) == 0 && fstat(fd, &status) == 0;
  return known ? std::optional(ahead_of(status, now)) : std::nullopt;
}

std::optional<std::string> SystemMachine::lock_error(const fs::path& path) const {
  const TrialFile file(path);
  struct flock whole {};
  whole.l_type = F_WRLCK;
  whole.l_whence = SEEK_SET;
  if (file.fd() < 0 || fcntl(file.fd(), F_OFD_SETLK, &whole) == 0) return std::nullopt;
  return strerror(errno);
}

std::optional<Access> SystemMachine::access_of(const fs::path& path) const {
  struct stat status {};
  if (lstat(path.c_str(), &status) != 0) return std::nullopt;
  return Access{.mine = status.st_uid == geteuid(), .mode = status.st_mode & 0777u};
}

bool SystemMachine::is_file(const fs::path& path) const {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored);
}

std::optional<std::string> SystemMachine::text_of(const fs::path& path) const {
  try {
    return posix_file_system().read(path);
  } catch (const Error&) {
    return std::nullopt;
  }
}

}  // namespace weir

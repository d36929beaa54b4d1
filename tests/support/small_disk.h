#pragma once
// A disk that is really full: a small file system in memory, which only the calling process sees.

#include <filesystem>
#include <fstream>
#include <string>

#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

namespace weir::test {

/// Mounts a file system of `size` ("300k") on `folder`, in a mount namespace of its own. For a
/// forked child with one thread; the mount goes with the process. False when the machine does not
/// permit it; then the test is to be skipped.
inline bool enter_small_disk(const std::filesystem::path& folder, const std::string& size) {
  const auto user = getuid();
  if (unshare(CLONE_NEWNS) != 0) {
    if (unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) return false;
    std::ofstream("/proc/self/uid_map") << "0 " << user << " 1";
  }
  if (mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return false;
  return mount("none", folder.c_str(), "tmpfs", 0, ("size=" + size).c_str()) == 0;
}

}  // namespace weir::test

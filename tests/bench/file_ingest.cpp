#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/core/error.h"
#include "tests/bench/client_processes.h"
#include "tests/bench/ingest.h"
#include "tests/bench/start_line.h"

namespace weir::bench {

namespace {

constexpr int patience_ms = 60'000;  // for the next file
const std::filesystem::path tmpfs = "/dev/shm";

[[noreturn]] void fail(const std::string& what) {
  throw Error(ErrorKind::environment, what + ": " + std::strerror(errno));
}

/// A folder of this run's own in the tmpfs, removed with all that is in it.
class TmpfsFolder {
 public:
  TmpfsFolder() {
    std::string pattern = (tmpfs / "weir-bench-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) fail("no folder " + pattern);
    path_ = pattern;
  }
  ~TmpfsFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TmpfsFolder(const TmpfsFolder&) = delete;
  TmpfsFolder& operator=(const TmpfsFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

class File {
 public:
  File(const std::filesystem::path& path, int flags)
      : descriptor_(open(path.c_str(), flags, 0600)) {}
  ~File() { close(descriptor_); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  /// `call` is read or write. False: not all bytes could be.
  template <class Call, class Byte>
  bool all(const Call& call, Byte* bytes, std::size_t count) const {
    while (count > 0) {
      const auto done = call(descriptor_, bytes, count);
      if (done <= 0) return false;
      bytes += done;
      count -= static_cast<std::size_t>(done);
    }
    return true;
  }

 private:
  int descriptor_;
};

/// As a careful user does it: nobody sees half a file.
bool write_step(const std::filesystem::path& folder, const std::string& name,
                const std::vector<float>& values) {
  const auto partial = folder / ("." + name);
  {
    const File file(partial, O_CREAT | O_WRONLY | O_TRUNC);
    const auto* bytes = reinterpret_cast<const char*>(values.data());
    if (!file.all(::write, bytes, values.size() * sizeof(float))) return false;
  }
  return std::rename(partial.c_str(), (folder / name).c_str()) == 0;
}

int run_writer(const std::filesystem::path& folder, std::size_t index, const IngestCase& which,
               StartLine& line) {
  const std::vector<float> values(which.values, 1.0f);
  line.wait();
  for (std::size_t step = 0; step < which.steps; ++step) {
    if (!write_step(folder, std::to_string(index) + "." + std::to_string(step), values)) return 1;
  }
  return 0;
}

/// Tells the names of files as they are renamed to them.
class NewNames {
 public:
  explicit NewNames(const std::filesystem::path& folder) : inotify_(inotify_init1(IN_CLOEXEC)) {
    if (inotify_ < 0 || inotify_add_watch(inotify_, folder.c_str(), IN_MOVED_TO) < 0)
      fail("inotify");
  }
  ~NewNames() { close(inotify_); }
  NewNames(const NewNames&) = delete;
  NewNames& operator=(const NewNames&) = delete;

  /// At least one; all that have come. Throws Error{study}: none within the deadline.
  std::vector<std::string> wait() {
    pollfd ready{inotify_, POLLIN, 0};
    if (poll(&ready, 1, patience_ms) <= 0)
      throw Error(ErrorKind::study, "the files have not come within their deadline");
    alignas(inotify_event) char events[1 << 14];
    const auto bytes = read(inotify_, events, sizeof events);
    std::vector<std::string> names;
    for (const char* at = events; at < events + bytes;) {
      const auto* event = reinterpret_cast<const inotify_event*>(at);
      names.emplace_back(event->name);
      at += sizeof(inotify_event) + event->len;
    }
    return names;
  }

 private:
  int inotify_;
};

void read_step(const std::filesystem::path& path, float* row, std::size_t values) {
  const File file(path, O_RDONLY);
  if (!file.all(::read, reinterpret_cast<char*>(row), values * sizeof(float)))
    fail("cannot read " + path.string());
  std::filesystem::remove(path);
}

void require_room(const IngestCase& which) {
  const auto free = std::filesystem::space(tmpfs).available;
  if (which.bytes() < free / 2) return;
  throw Error(
      ErrorKind::environment,
      "the files of this case take " + std::to_string(which.bytes() >> 20) + " MiB, and " +
          tmpfs.string() + " has " + std::to_string(free >> 20) +
          " MiB free; at most half of that is taken: make it larger (mount -o remount,size=…)");
}

}  // namespace

double file_ingest(const IngestCase& which) {
  require_room(which);
  const TmpfsFolder folder;
  StartLine line(which.clients);
  ClientProcesses writers(which.clients, [&](std::size_t index) {
    return run_writer(folder.path(), index, which, line);
  });
  NewNames names(folder.path());
  std::vector<float> rows(which.slots() * which.values, 0.0f);
  writers.start();

  for (std::size_t done = 0; done < which.clients * which.steps;) {
    for (const std::string& name : names.wait())
      read_step(folder.path() / name, rows.data() + done++ % which.slots() * which.values,
                which.values);
  }
  const double seconds = Seconds(std::chrono::steady_clock::now() - line.left()).count();
  writers.join();
  return static_cast<double>(which.bytes()) / seconds;
}

}  // namespace weir::bench

#include <algorithm>
#include <cassert>
#include <cctype>
#include <cerrno>
#include <cstdio>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/core/error.h"
#include "src/core/file_system.h"

namespace weir {
namespace {

std::string reason_of(int code) {
  std::string reason = std::generic_category().message(code);  // strerror is not thread-safe
  if (!reason.empty())
    reason[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(reason[0])));
  return reason;
}

[[noreturn]] void fail(const std::string& action, const Path& path, int code) {
  throw Error(ErrorKind::environment,
              "cannot " + action + " " + path.string() + ": " + reason_of(code));
}

template <class Call>
auto retried(Call call) {
  auto result = call();
  while (result == -1 && errno == EINTR) result = call();
  return result;
}

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&&) = delete;
  ~Descriptor() {
    if (number_ != -1) ::close(number_);
  }
  int operator*() const {
    assert(number_ != -1);
    return number_;
  }
  // After EINTR Linux has closed the file; a second close could hit another thread's descriptor.
  int close() { return ::close(std::exchange(number_, -1)); }

 private:
  int number_;
};

Descriptor open_file(const std::string& action, const Path& path, int flags, unsigned mode = 0) {
  const int number = retried([&] { return ::open(path.c_str(), flags | O_CLOEXEC, mode); });
  if (number == -1) fail(action, path, errno);
  return Descriptor(number);
}

class PosixFile final : public OutputFile {
 public:
  PosixFile(Path path, Descriptor file) : path_(std::move(path)), file_(std::move(file)) {}

  void write(std::string_view bytes) override {
    while (!bytes.empty()) {
      const ssize_t written = retried([&] { return ::write(*file_, bytes.data(), bytes.size()); });
      if (written == -1) fail("write", path_, errno);
      bytes.remove_prefix(static_cast<std::size_t>(written));
    }
  }

  // Pipes and some special files cannot be synced; they have nothing to lose in a crash.
  void sync() override {
    if (retried([&] { return ::fsync(*file_); }) == -1 && errno != EINVAL)
      fail("sync", path_, errno);
  }

  void close() override {
    if (file_.close() == -1 && errno != EINTR) fail("close", path_, errno);
  }

 private:
  Path path_;
  Descriptor file_;
};

class PosixInput final : public InputFile {
 public:
  PosixInput(Path path, Descriptor file) : path_(std::move(path)), file_(std::move(file)) {
    struct stat status {};
    if (::fstat(*file_, &status) == -1) fail("inspect", path_, errno);
    size_ = static_cast<std::uint64_t>(status.st_size);
  }

  std::uint64_t size() const override { return size_; }

  void read(std::uint64_t offset, std::span<std::byte> bytes) override {
    while (!bytes.empty()) {
      const ssize_t count = retried(
          [&] { return ::pread(*file_, bytes.data(), bytes.size(), static_cast<off_t>(offset)); });
      if (count == -1) fail("read", path_, errno);
      if (count == 0)
        throw Error(ErrorKind::environment, "cannot read " + path_.string() + ": it ends at byte " +
                                                std::to_string(offset));
      bytes = bytes.subspan(static_cast<std::size_t>(count));
      offset += static_cast<std::uint64_t>(count);
    }
  }

 private:
  Path path_;
  Descriptor file_;
  std::uint64_t size_ = 0;
};

// A file that was there may be open to more people than `mode` allows; the mode given to open() is
// for new files alone.
void withdraw_permissions(const Descriptor& file, const Path& path, unsigned mode) {
  struct stat status {};
  if (::fstat(*file, &status) == -1) fail("inspect", path, errno);
  const unsigned held = status.st_mode & 07777u;
  if (!S_ISREG(status.st_mode) || (held & ~mode) == 0) return;
  if (::fchmod(*file, held & mode) == -1) fail("restrict the permissions of", path, errno);
}

class PosixFileSystem final : public FileSystem {
 public:
  std::unique_ptr<OutputFile> create(const Path& path, unsigned mode) override {
    return open_output("create", path, O_TRUNC, mode);
  }

  std::unique_ptr<OutputFile> append(const Path& path, unsigned mode) override {
    return open_output("append to", path, O_APPEND, mode);
  }

  std::string read(const Path& path) override {
    const Descriptor file = open_file("read", path, O_RDONLY);
    std::string content;
    char piece[1 << 16];
    while (true) {
      const ssize_t count = retried([&] { return ::read(*file, piece, sizeof piece); });
      if (count == -1) fail("read", path, errno);
      if (count == 0) return content;
      content.append(piece, static_cast<std::size_t>(count));
    }
  }

  std::unique_ptr<InputFile> open(const Path& path) override {
    return std::make_unique<PosixInput>(path, open_file("read", path, O_RDONLY));
  }

  bool exists(const Path& path) override {
    struct stat status {};
    if (::stat(path.c_str(), &status) == 0) return true;
    if (errno != ENOENT && errno != ENOTDIR) fail("look for", path, errno);
    return false;
  }

  void make_directories(const Path& path, unsigned mode) override {
    Path made;
    for (const auto& part : path) {
      made /= part;
      if (::mkdir(made.c_str(), mode) == 0) continue;
      const int code = errno;
      // Another process may have made it in between, and a folder of a read-only system answers
      // EROFS though it is there.
      if (!std::filesystem::is_directory(made))
        fail("make the folder", made, code == EEXIST ? ENOTDIR : code);
    }
  }

  void rename(const Path& from, const Path& to) override {
    if (::rename(from.c_str(), to.c_str()) == -1)
      fail("rename " + from.string() + " to", to, errno);
  }

  void remove(const Path& path) override {
    if (std::remove(path.c_str()) == -1 && errno != ENOENT) fail("remove", path, errno);
  }

  void sync_directory(const Path& path) override {
    const Descriptor folder = open_file("sync the folder", path, O_RDONLY | O_DIRECTORY);
    // Some network file systems cannot sync a folder and say EINVAL.
    if (retried([&] { return ::fsync(*folder); }) == -1 && errno != EINVAL)
      fail("sync the folder", path, errno);
  }

  bool link(const Path& from, const Path& to) override {
    if (::link(from.c_str(), to.c_str()) == 0) return true;
    if (errno == EPERM || errno == ENOTSUP || errno == ENOSYS || errno == EMLINK || errno == EXDEV)
      return false;
    fail("link " + from.string() + " to", to, errno);
  }

  std::vector<std::string> list(const Path& path) override {
    std::vector<std::string> names;
    std::error_code error;
    std::filesystem::directory_iterator entry(path, error);
    for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error))
      names.push_back(entry->path().filename().string());
    if (error && error != std::errc::no_such_file_or_directory)
      fail("list the folder", path, error.value());
    std::sort(names.begin(), names.end());
    return names;
  }

  void remove_all(const Path& path) override {
    // A server that was held for dead may add to the folder, or remove it, at the same time.
    constexpr int most = 1000;
    std::error_code error;
    for (int k = 0; k < most; ++k) {
      std::filesystem::remove_all(path, error);
      const bool busy = error == std::errc::no_such_file_or_directory ||
                        error == std::errc::directory_not_empty;
      if (!busy) break;
    }
    if (error) fail("remove the folder", path, error.value());
  }

  void truncate(const Path& path, std::uint64_t size) override {
    if (retried([&] { return ::truncate(path.c_str(), static_cast<off_t>(size)); }) == -1)
      fail("shorten", path, errno);
  }

 private:
  static std::unique_ptr<OutputFile> open_output(const std::string& action, const Path& path,
                                                 int flags, unsigned mode) {
    Descriptor file = open_file(action, path, O_WRONLY | O_CREAT | flags, mode);
    withdraw_permissions(file, path, mode);
    return std::make_unique<PosixFile>(path, std::move(file));
  }
};

}  // namespace

FileSystem& posix_file_system() {
  static PosixFileSystem files;
  return files;
}

}  // namespace weir

#pragma once
// A disk in memory that knows what was synced, and can lose the rest.

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "src/core/file_system.h"
#include "src/core/random.h"

namespace weir::test {

/// Thrown by every call from the crash on. No Error: nobody is to handle it.
struct Crash {};

/// What a crash takes of what was not synced.
enum class Lost {
  nothing,   ///< the process was killed, the machine lives on
  all,       ///< data and names
  data,      ///< names stay: files are there, and empty
  names,     ///< data stays: files that nobody finds
  anything,  ///< of each file and folder all, nothing, or (of a file) the end
};

/// A file's bytes last when the file is synced, its name when the folder is. Not thread-safe.
/// Files must not outlive it. Calls are those that change something, counted from 0.
class CrashFileSystem final : public FileSystem {
 public:
  enum class Manner {
    after,   ///< of the call
    within,  ///< half of a write is done, and nothing of any other call
  };

  CrashFileSystem();
  ~CrashFileSystem() override;

  void without_links() { links_ = false; }
  std::size_t calls() const { return calls_; }
  /// The machine stops at that call.
  void crash_at(std::size_t call, Manner manner);
  /// That call alone does nothing and throws what a broken disk throws.
  void fail_at(std::size_t call) { failing_ = call; }
  /// After a crash: the disk as the next start finds it.
  void restart(Lost lost, Random& random);

  /// For tests that damage a file: its bytes. Precondition: it is there.
  std::string& content(const Path& path);
  /// Paths of all files under a folder.
  std::vector<Path> files_under(const Path& path);
  /// How many names its file has.
  std::size_t names_of(const Path& path);

  std::unique_ptr<OutputFile> create(const Path& path, unsigned mode) override;
  std::unique_ptr<OutputFile> append(const Path& path, unsigned mode) override;
  std::string read(const Path& path) override;
  std::unique_ptr<InputFile> open(const Path& path) override;
  bool exists(const Path& path) override;
  void make_directories(const Path& path, unsigned mode) override;
  void rename(const Path& from, const Path& to) override;
  void remove(const Path& path) override;
  void sync_directory(const Path& path) override;
  bool link(const Path& from, const Path& to) override;
  std::vector<std::string> list(const Path& path) override;
  void remove_all(const Path& path) override;
  void truncate(const Path& path, std::uint64_t size) override;

 private:
  struct Node;
  class File;
  class Input;
  using Entries = std::map<std::string, std::shared_ptr<Node>>;
  struct Node {
    bool folder = false;
    std::string bytes, durable_bytes;
    Entries entries, durable_entries;
  };

  std::shared_ptr<Node> find(const Path& path);
  Node& file(const Path& path);
  Node& folder(const Path& path);
  void check_alive() const;
  /// Whether the call is to be done; when it is the one that crashes within, it is not.
  bool begin(const Path& path);
  void end();
  void write(Node& node, const Path& path, std::string_view bytes);
  static void lose(Node& node, Lost lost, Random& random);

  std::shared_ptr<Node> root_;
  std::size_t calls_ = 0;
  std::optional<std::size_t> crashing_, failing_;
  Manner manner_ = Manner::after;
  bool crashed_ = false, links_ = true;
};

}  // namespace weir::test

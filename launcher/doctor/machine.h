#pragma once
// What the check asks of the machine, as an interface, so that every finding can be tested on any
// machine.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "src/core/network.h"

namespace weir {

enum class Sharing { never, unlikely, likely };  ///< whether other machines see the same files

struct FileSystemKind {
  std::string name;  ///< "ext4", "nfs", …; "an unknown file system"
  Sharing sharing = Sharing::likely;
};

struct Access {
  bool mine = true;   ///< owned by this process's user
  unsigned mode = 0;  ///< permission bits
};

/// Thread-safe; throws nothing. A `path` that is not there stands for the nearest folder above it
/// that is, where nothing else is said.
class Machine {
 public:
  virtual ~Machine() = default;
  virtual std::uint64_t free_memory() const = 0;  ///< bytes that may still be taken
  /// Bytes on the device of `path`; nothing when it cannot be known.
  virtual std::optional<std::uint64_t> free_disk(const std::filesystem::path& path) const = 0;
  /// Files that may still be made there; nothing where that has no limit, or is not known.
  virtual std::optional<std::uint64_t> free_files(const std::filesystem::path& path) const = 0;
  virtual FileSystemKind file_system(const std::filesystem::path& path) const = 0;
  /// Seconds by which the file system's clock is ahead of this machine's; nothing when no file can
  /// be made there to find out.
  virtual std::optional<double> file_clock_ahead(const std::filesystem::path& path) const = 0;
  /// What the system says when a file there is to be locked; nothing when that works, or no file
  /// can be made there.
  virtual std::optional<std::string> lock_error(const std::filesystem::path& path) const = 0;
  /// Nothing when `path` itself is not there.
  virtual std::optional<Access> access_of(const std::filesystem::path& path) const = 0;
  virtual std::size_t cores() const = 0;         ///< that this process may use
  virtual std::size_t file_limit() const = 0;    ///< files that a process may have open at most
  virtual std::size_t accelerators() const = 0;  ///< that this process may use
  virtual bool is_file(const std::filesystem::path& path) const = 0;
  /// What a file holds; nothing when it cannot be read.
  virtual std::optional<std::string> text_of(const std::filesystem::path& path) const = 0;
  virtual bool is_executable(const std::filesystem::path& path) const = 0;
  /// A program in PATH, or `name` itself when it has a '/'; nothing when there is none.
  virtual std::optional<std::filesystem::path> find_program(const std::string& name) const = 0;
  /// The shared libraries that a program asks for itself ("libmpi.so.40"); none of a script.
  virtual std::vector<std::string> needed_libraries(const std::filesystem::path& path) const = 0;
  virtual bool is_hdf5(const std::filesystem::path& path) const = 0;  ///< by its signature
  virtual std::vector<NetworkAddress> addresses() const = 0;          ///< as network_addresses()
  virtual std::string host() const = 0;
  virtual std::string user() const = 0;  ///< login name; empty: the user has none
  virtual std::optional<std::string> environment(const std::string& name) const = 0;
};

/// The one that this process runs on.
class SystemMachine final : public Machine {
 public:
  std::uint64_t free_memory() const override;
  std::optional<std::uint64_t> free_disk(const std::filesystem::path& path) const override;
  std::optional<std::uint64_t> free_files(const std::filesystem::path& path) const override;
  FileSystemKind file_system(const std::filesystem::path& path) const override;
  std::optional<double> file_clock_ahead(const std::filesystem::path& path) const override;
  std::optional<std::string> lock_error(const std::filesystem::path& path) const override;
  std::optional<Access> access_of(const std::filesystem::path& path) const override;
  std::size_t cores() const override;
  std::size_t file_limit() const override;
  std::size_t accelerators() const override;
  bool is_file(const std::filesystem::path& path) const override;
  std::optional<std::string> text_of(const std::filesystem::path& path) const override;
  bool is_executable(const std::filesystem::path& path) const override;
  std::optional<std::filesystem::path> find_program(const std::string& name) const override;
  std::vector<std::string> needed_libraries(const std::filesystem::path& path) const override;
  bool is_hdf5(const std::filesystem::path& path) const override;
  std::vector<NetworkAddress> addresses() const override;
  std::string host() const override;
  std::string user() const override;
  std::optional<std::string> environment(const std::string& name) const override;
};

}  // namespace weir

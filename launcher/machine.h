#pragma once
// What the check asks of the machine, as an interface, so that every finding can be tested on any
// machine.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace weir {

/// Thread-safe; throws nothing.
class Machine {
 public:
  virtual ~Machine() = default;
  virtual std::uint64_t free_memory() const = 0;  ///< bytes that may still be taken
  /// Bytes on the device of `path`, or of the nearest folder above it that exists; nothing when it
  /// cannot be known.
  virtual std::optional<std::uint64_t> free_disk(const std::filesystem::path& path) const = 0;
  virtual std::size_t cores() const = 0;  ///< that this process may use
  virtual bool is_file(const std::filesystem::path& path) const = 0;
  virtual bool is_executable(const std::filesystem::path& path) const = 0;
  /// A program in PATH, or `name` itself when it has a '/'; nothing when there is none.
  virtual std::optional<std::filesystem::path> find_program(const std::string& name) const = 0;
  virtual bool is_hdf5(const std::filesystem::path& path) const = 0;  ///< by its signature
};

/// The one that this process runs on.
class SystemMachine final : public Machine {
 public:
  std::uint64_t free_memory() const override;
  std::optional<std::uint64_t> free_disk(const std::filesystem::path& path) const override;
  std::size_t cores() const override;
  bool is_file(const std::filesystem::path& path) const override;
  bool is_executable(const std::filesystem::path& path) const override;
  std::optional<std::filesystem::path> find_program(const std::string& name) const override;
  bool is_hdf5(const std::filesystem::path& path) const override;
};

/// weir-server, beside the program that runs now (whether it is there or not).
std::filesystem::path server_program();

}  // namespace weir

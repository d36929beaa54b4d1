#include "launcher/machine.h"

#include <array>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>
#include <thread>

#include <sched.h>
#include <unistd.h>

#include "src/core/memory.h"

namespace weir {
namespace {

namespace fs = std::filesystem;

fs::path nearest_existing(fs::path path) {
  std::error_code ignored;
  path = fs::absolute(path, ignored).lexically_normal();
  while (!fs::exists(path, ignored) && path.has_relative_path()) path = path.parent_path();
  return path;
}

}  // namespace

std::uint64_t SystemMachine::free_memory() const { return available_memory(); }

std::optional<std::uint64_t> SystemMachine::free_disk(const fs::path& path) const {
  std::error_code failed;
  const auto space = fs::space(nearest_existing(path), failed);
  return failed ? std::nullopt : std::optional<std::uint64_t>(space.available);
}

std::size_t SystemMachine::cores() const {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0) return static_cast<std::size_t>(CPU_COUNT(&set));
  return std::thread::hardware_concurrency();
}

bool SystemMachine::is_file(const fs::path& path) const {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored);
}

bool SystemMachine::is_executable(const fs::path& path) const {
  return is_file(path) && access(path.c_str(), X_OK) == 0;
}

std::optional<fs::path> SystemMachine::find_program(const std::string& name) const {
  if (name.find('/') != std::string::npos)
    return is_executable(name) ? std::optional<fs::path>(name) : std::nullopt;
  const char* search = std::getenv("PATH");
  std::istringstream folders(search != nullptr ? search : "/usr/bin:/bin");
  for (std::string folder; std::getline(folders, folder, ':');)
    if (const auto path = fs::path(folder) / name; is_executable(path)) return path;
  return std::nullopt;
}

bool SystemMachine::is_hdf5(const fs::path& path) const {
  constexpr std::array signature = {'\x89', 'H', 'D', 'F', '\r', '\n', '\x1a', '\n'};
  std::ifstream file(path, std::ios::binary);
  std::array<char, signature.size()> start{};
  // The signature may follow a block of the user's own, whose size is 512 bytes or a doubling of
  // it.
  for (std::streamoff at : {0, 512, 1024, 2048, 4096}) {
    file.seekg(at);
    if (!file.read(start.data(), start.size())) return false;
    if (start == signature) return true;
  }
  return false;
}

fs::path server_program() {
  std::error_code ignored;
  return fs::read_symlink("/proc/self/exe", ignored).parent_path() / "weir-server";
}

}  // namespace weir

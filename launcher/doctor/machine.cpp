#include "launcher/doctor/machine.h"

#include <array>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <thread>

#include <pwd.h>
#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

#include "launcher/doctor/elf.h"
#include "src/core/error.h"
#include "src/core/memory.h"

namespace weir {

namespace fs = std::filesystem;

std::uint64_t SystemMachine::free_memory() const { return available_memory(); }

std::size_t SystemMachine::cores() const {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0) return static_cast<std::size_t>(CPU_COUNT(&set));
  return std::thread::hardware_concurrency();
}

std::size_t SystemMachine::file_limit() const {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 1024;
  return static_cast<std::size_t>(limit.rlim_max);  // the server raises its own to that
}

std::size_t SystemMachine::accelerators() const {
  const auto visible = environment("CUDA_VISIBLE_DEVICES");
  if (visible && (visible->empty() || *visible == "-1" || *visible == "NoDevFiles")) return 0;
  std::size_t count = 0;
  for (std::error_code ignored; fs::exists("/dev/nvidia" + std::to_string(count), ignored);)
    ++count;
  return count;
}

bool SystemMachine::is_executable(const fs::path& path) const {
  return is_file(path) && access(path.c_str(), X_OK) == 0;
}

std::optional<fs::path> SystemMachine::find_program(const std::string& name) const {
  if (name.find('/') != std::string::npos)
    return is_executable(name) ? std::optional<fs::path>(name) : std::nullopt;
  std::istringstream folders(environment("PATH").value_or("/usr/bin:/bin"));
  for (std::string folder; std::getline(folders, folder, ':');)
    if (const auto path = fs::path(folder) / name; is_executable(path)) return path;
  return std::nullopt;
}

std::vector<std::string> SystemMachine::needed_libraries(const fs::path& path) const {
  return elf_needed(path);
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

std::vector<NetworkAddress> SystemMachine::addresses() const {
  try {
    return network_addresses();
  } catch (const Error&) {
    return {};
  }
}

std::string SystemMachine::host() const {
  std::array<char, 256> name{};
  gethostname(name.data(), name.size() - 1);
  return name.data();
}

std::string SystemMachine::user() const {
  const passwd* entry = getpwuid(geteuid());
  return entry == nullptr || entry->pw_name == nullptr ? "" : entry->pw_name;
}

std::optional<std::string> SystemMachine::environment(const std::string& name) const {
  const char* value = std::getenv(name.c_str());
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

}  // namespace weir

#include "src/core/memory.h"

#include <algorithm>
#include <fstream>
#include <limits>
#include <optional>
#include <sstream>
#include <string>

namespace weir {
namespace {

using std::filesystem::path;

constexpr auto unlimited = std::numeric_limits<std::uint64_t>::max();

/// The first number of a file; nothing when there is none ("max") or no file.
std::optional<std::uint64_t> number_in(const path& file) {
  std::ifstream in(file);
  std::uint64_t value;
  if (in >> value) return value;
  return std::nullopt;
}

/// The number after `key` in a file of "key number" lines.
std::optional<std::uint64_t> number_of(const path& file, const std::string& key) {
  std::ifstream in(file);
  std::string line, name;
  while (std::getline(in, line)) {
    std::istringstream words(line);
    std::uint64_t value;
    if (words >> name && name == key && words >> value) return value;
  }
  return std::nullopt;
}

struct GroupFiles {
  const char *limit, *use, *cache;  ///< file, file, key in memory.stat
};
constexpr GroupFiles version_1{"memory.limit_in_bytes", "memory.usage_in_bytes",
                               "total_inactive_file"};
constexpr GroupFiles version_2{"memory.max", "memory.current", "inactive_file"};

std::uint64_t left_in(const path& group, const GroupFiles& files) {
  const auto limit = number_in(group / files.limit);
  const auto use = number_in(group / files.use);
  if (!limit || !use) return unlimited;
  const std::uint64_t cache = number_of(group / "memory.stat", files.cache).value_or(0);
  const std::uint64_t taken = *use - std::min(*use, cache);
  return *limit - std::min(*limit, taken);
}

/// The group and all above it: a limit may be at any level.
std::uint64_t left_along(const path& mount, const path& group, const GroupFiles& files) {
  std::uint64_t left = left_in(mount, files);
  path level = mount;
  for (const auto& part : group.relative_path()) {
    level /= part;
    left = std::min(left, left_in(level, files));
  }
  return left;
}

/// Lines of /proc/self/cgroup: "0::/a/b" is version 2, "9:memory:/a/b" version 1.
std::uint64_t left_in_groups(const path& root) {
  std::uint64_t left = unlimited;
  std::ifstream in(root / "proc/self/cgroup");
  std::string line;
  while (std::getline(in, line)) {
    const auto first = line.find(':'), second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    std::string controllers = ",";
    controllers.append(line, first + 1, second - first - 1).append(",");
    const path group = line.substr(second + 1);
    if (controllers == ",,") {
      left = std::min(left, left_along(root / "sys/fs/cgroup", group, version_2));
    } else if (controllers.find(",memory,") != std::string::npos) {
      left = std::min(left, left_along(root / "sys/fs/cgroup/memory", group, version_1));
    }
  }
  return left;
}

}  // namespace

std::uint64_t available_memory(const path& root) {
  const auto kibibytes = number_of(root / "proc/meminfo", "MemAvailable:");
  return std::min(kibibytes ? *kibibytes * 1024 : unlimited, left_in_groups(root));
}

}  // namespace weir

#include "src/core/temporary_name.h"

#include <atomic>

#include <unistd.h>

namespace weir {
namespace {

constexpr std::string_view suffix = ".tmp";

std::string prefix_of(const Path& path) { return '.' + path.filename().string() + '.'; }

}  // namespace

// Two threads, or two processes, that replace the same file must not write into the same temporary
// one.
Path temporary_beside(const Path& path) {
  static std::atomic<unsigned> counter{0};
  std::string name = prefix_of(path);
  name += std::to_string(::getpid()) + "." + std::to_string(counter++);
  name += suffix;
  return path.parent_path() / name;
}

bool is_temporary_of(const Path& path, const std::string& name) {
  const std::string prefix = prefix_of(path);
  if (!name.starts_with(prefix) || !name.ends_with(suffix)) return false;
  if (name.size() <= prefix.size() + suffix.size()) return false;
  const auto numbers =
      std::string_view(name).substr(prefix.size(), name.size() - prefix.size() - suffix.size());
  return numbers.find_first_not_of("0123456789.") == numbers.npos;
}

}  // namespace weir

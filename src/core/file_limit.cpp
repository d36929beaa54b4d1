#include "src/core/file_limit.h"

#include <sys/resource.h>

namespace weir {

std::size_t raise_file_limit() {
  constexpr std::size_t posix_least = 20;
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return posix_least;
  rlimit raised = limit;
  raised.rlim_cur = limit.rlim_max;
  if (::setrlimit(RLIMIT_NOFILE, &raised) == 0) limit = raised;
  return static_cast<std::size_t>(limit.rlim_cur);
}

}  // namespace weir

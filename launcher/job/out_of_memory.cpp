#include "launcher/job/out_of_memory.h"

#include <sstream>
#include <string>

#include <signal.h>

#include "launcher/schedulers/log_tail.h"
#include "src/core/error.h"

namespace weir {

std::uint64_t memory_kills(FileSystem& files) {
  try {
    std::istringstream lines(files.read("/proc/vmstat"));
    std::string name;
    for (std::uint64_t count = 0; lines >> name >> count;)
      if (name == "oom_kill") return count;
  } catch (const Error&) {  // a kernel without it
  }
  return 0;
}

bool was_out_of_memory(const ProcessEnd& end, std::uint64_t kills,
                       const std::filesystem::path& log) {
  if (end.ok()) return false;
  const bool killed = end.signal == SIGKILL || end.exit_code == 128 + SIGKILL;
  if (killed && kills > 0) return true;
  return tells_out_of_memory(log);
}

}  // namespace weir

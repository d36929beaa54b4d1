#include "launcher/schedulers/under_way.h"

#include <cstdlib>
#include <filesystem>
#include <thread>

#include "src/core/planted_bug.h"
#include "src/core/process_table.h"

namespace weir {
namespace {

bool has_argument(pid_t process, const std::string& argument) {
  const std::string whole = std::string(1, '\0') + argument + '\0';
  return process_file(process, "cmdline").value_or("").find(whole) != std::string::npos;
}

}  // namespace

bool submission_under_way(const std::string& argument) {
  std::error_code failed;
  for (const auto& entry : std::filesystem::directory_iterator("/proc", failed)) {
    const pid_t process = std::atoi(entry.path().filename().c_str());
    if (process > 0 && has_argument(process, argument)) return true;
  }
  return false;
}

void wait_for_submissions(const std::string& argument, Duration at_most) {
  constexpr Duration pause = std::chrono::milliseconds(50);
  const Time deadline = SystemClock().now() + at_most;
  if (WEIR_BUG("submission_not_awaited")) return;
  while (submission_under_way(argument) && SystemClock().now() < deadline)
    std::this_thread::sleep_for(pause);
}

}  // namespace weir

#include "launcher/schedulers/under_way.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

#include "src/core/planted_bug.h"

namespace weir {
namespace {

bool has_argument(const std::filesystem::path& process, const std::string& argument) {
  std::ifstream file(process / "cmdline", std::ios::binary);
  const std::string line(std::istreambuf_iterator<char>(file), {});
  const std::string whole = std::string(1, '\0') + argument + '\0';
  return line.find(whole) != std::string::npos;
}

}  // namespace

bool submission_under_way(const std::string& argument) {
  std::error_code failed;
  for (const auto& entry : std::filesystem::directory_iterator("/proc", failed)) {
    const auto name = entry.path().filename().string();
    if (name.find_first_not_of("0123456789") == std::string::npos &&
        has_argument(entry.path(), argument))
      return true;
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

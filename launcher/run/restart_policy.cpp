#include "launcher/run/restart_policy.h"

#include <algorithm>

#include "src/core/planted_bug.h"

namespace weir {
namespace {

constexpr Duration first_pause = std::chrono::milliseconds(500);
constexpr Duration longest_pause = std::chrono::seconds(30);

}  // namespace

bool is_relief(const JobReport& report) {
  return report.exit_code == relieved_exit_code || report.cause == JobCause::time_limit ||
         report.cause == JobCause::preempted;
}

bool was_not_loaded(const JobReport& report) {
  return report.exit_code == 126 || report.exit_code == 127;
}

bool is_death(const JobReport& report) {
  constexpr JobCause from_outside[] = {JobCause::time_limit, JobCause::out_of_memory,
                                       JobCause::node_failure, JobCause::preempted,
                                       JobCause::cancelled};
  if (std::find(std::begin(from_outside), std::end(from_outside), report.cause) !=
      std::end(from_outside))
    return true;
  if (!report.exit_code || WEIR_BUG("final_code_restarted")) return true;
  constexpr int last_words[] = {0, 1, 2, 3, 130};
  return std::find(std::begin(last_words), std::end(last_words), *report.exit_code) ==
         std::end(last_words);
}

Duration RestartPolicy::after_relief() {
  pause_ = Duration::zero();
  return first_pause;
}

std::optional<Duration> RestartPolicy::after_death(bool advanced) {
  if (restarts_ == most_) return std::nullopt;
  ++restarts_;
  const bool first = advanced || pause_ == Duration::zero();
  pause_ = first ? first_pause : std::min(pause_ * 2, longest_pause);
  return pause_;
}

}  // namespace weir

#include "server/verdict.h"

#include <string>

namespace weir {

std::size_t lost_samples(std::size_t accepted, std::size_t drawn_at_least_once,
                         std::size_t unseen) {
  const std::size_t kept = drawn_at_least_once + unseen;
  return accepted > kept ? accepted - kept : 0;
}

void judge(Summary& summary, const std::optional<StopReason>& stop) {
  if (stop) {
    summary.status = stop->failed     ? StudyStatus::failed
                     : stop->relieved ? StudyStatus::relieved
                                      : StudyStatus::stopped;
    summary.reason = stop->text;
  } else if (summary.samples.trained == 0) {
    summary.status = StudyStatus::failed;
    summary.reason = "no sample was received: all " + std::to_string(summary.simulations.failed) +
                     " simulations failed; logs/ holds what they printed";
  } else if (!summary.training.identical_weights) {
    summary.status = StudyStatus::failed;
    summary.reason = "the ranks' weights differ after training: this is a bug in weir";
  } else {
    summary.reason = summary.training.limit;
  }
}

}  // namespace weir

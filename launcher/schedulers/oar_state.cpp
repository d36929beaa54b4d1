#include "launcher/schedulers/oar_state.h"

#include <algorithm>
#include <array>

#include <sys/wait.h>

#include "src/core/process.h"

namespace weir {
namespace {

struct StateRow {
  std::string_view name;
  JobState state;
};

/// A job that finishes is over for its program, not for its node.
constexpr std::array state_table = {
    StateRow{"Waiting", JobState::pending},          StateRow{"Hold", JobState::pending},
    StateRow{"toAckReservation", JobState::pending}, StateRow{"toLaunch", JobState::pending},
    StateRow{"Launching", JobState::pending},        StateRow{"Running", JobState::running},
    StateRow{"Suspended", JobState::running},        StateRow{"Resuming", JobState::running},
    StateRow{"Finishing", JobState::running},        StateRow{"toError", JobState::running},
    StateRow{"Terminated", JobState::done},          StateRow{"Error", JobState::failed},
};

struct EventRow {
  std::string_view type;  ///< its beginning
  JobCause cause;
  std::string_view reason;
};

/// The first row that fits counts: the end of a walltime, and a better job, ask for a deletion too.
constexpr std::array event_table = {
    EventRow{"WALLTIME", JobCause::time_limit, "time limit"},
    EventRow{"BESTEFFORT_KILL", JobCause::preempted, "preempted by another job"},
    EventRow{"PING_CHECKER_NODE_SUSPECTED", JobCause::node_failure, "node failure"},
    EventRow{"CPUSET_", JobCause::node_failure, "its node could not be prepared"},
    EventRow{"PROLOGUE_ERROR", JobCause::node_failure, "the node's prologue failed"},
    EventRow{"CANNOT_", JobCause::node_failure, "its node could not be used"},
    EventRow{"LAUNCHING_OAREXEC_TIMEOUT", JobCause::node_failure, "its node did not answer"},
    EventRow{"WORKING_DIRECTORY", JobCause::never_ran,
             "its node does not have the study directory; put it on a shared file system"},
    EventRow{"FRAG_JOB_REQUEST", JobCause::cancelled, "deleted with oardel"},
};

const EventRow* row_of(const std::vector<OarEvent>& events) {
  for (const auto& row : event_table)
    if (std::any_of(events.begin(), events.end(),
                    [&](const OarEvent& event) { return event.type.starts_with(row.type); }))
      return &row;
  return nullptr;
}

JobReport ended_by_itself(int status) {
  return report_of(WIFSIGNALED(status) ? ProcessEnd{.exit_code = 0, .signal = WTERMSIG(status)}
                                       : ProcessEnd{.exit_code = WEXITSTATUS(status), .signal = 0});
}

}  // namespace

std::optional<JobReport> oar_report(const OarJob& job) {
  const auto row = std::find_if(state_table.begin(), state_table.end(),
                                [&](const StateRow& one) { return one.name == job.state; });
  if (row == state_table.end()) return std::nullopt;
  if (!has_ended(row->state)) return JobReport{.state = row->state, .reason = "", .exit_code = {}};
  if (const auto* event = row_of(job.events))
    return JobReport{
        .state = event->cause == JobCause::cancelled ? JobState::cancelled : JobState::failed,
        .reason = std::string(event->reason),
        .exit_code = {},
        .cause = event->cause};
  if (job.status) return ended_by_itself(*job.status);
  return JobReport{.state = row->state,
                   .reason = job.message.empty() ? "OAR says " + job.state : job.message,
                   .exit_code = {},
                   .cause = row->state == JobState::failed ? JobCause::never_ran : JobCause::none};
}

}  // namespace weir

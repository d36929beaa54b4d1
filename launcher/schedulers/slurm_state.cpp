#include "launcher/schedulers/slurm_state.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "launcher/schedulers/log_tail.h"
#include "src/core/process.h"

namespace weir {
namespace {

using S = JobState;
using C = JobCause;

// While a job is COMPLETING its processes may live; a job that is held or requeued may run again.
constexpr std::array states = {
    SlurmState{"PENDING", S::pending, C::none, ""},
    SlurmState{"CONFIGURING", S::pending, C::none, ""},
    SlurmState{"REQUEUED", S::pending, C::none, ""},
    SlurmState{"REQUEUE_FED", S::pending, C::none, ""},
    SlurmState{"REQUEUE_HOLD", S::pending, C::never_ran, "requeued and held by Slurm"},
    SlurmState{"SPECIAL_EXIT", S::pending, C::never_ran, "requeued and held by Slurm"},
    SlurmState{"RESV_DEL_HOLD", S::pending, C::never_ran, "held: its reservation is gone"},
    SlurmState{"RUNNING", S::running, C::none, ""},
    SlurmState{"COMPLETING", S::running, C::none, ""},
    SlurmState{"RESIZING", S::running, C::none, ""},
    SlurmState{"SIGNALING", S::running, C::none, ""},
    SlurmState{"STAGE_OUT", S::running, C::none, ""},
    SlurmState{"STOPPED", S::running, C::none, ""},
    SlurmState{"SUSPENDED", S::running, C::none, ""},
    SlurmState{"COMPLETED", S::done, C::none, ""},
    SlurmState{"FAILED", S::failed, C::exit_code, ""},
    SlurmState{"TIMEOUT", S::failed, C::time_limit, "time limit of the job"},
    SlurmState{"DEADLINE", S::failed, C::time_limit, "deadline of the job"},
    SlurmState{"OUT_OF_MEMORY", S::failed, C::out_of_memory, "out of memory"},
    SlurmState{"NODE_FAIL", S::failed, C::node_failure, "node failure"},
    SlurmState{"BOOT_FAIL", S::failed, C::node_failure, "a node did not boot"},
    SlurmState{"LAUNCH_FAILED", S::failed, C::node_failure, "a node could not start it"},
    SlurmState{"RECONFIG_FAIL", S::failed, C::node_failure, "a node could not be set up for it"},
    SlurmState{"POWER_UP_NODE", S::pending, C::none, ""},
    SlurmState{"PREEMPTED", S::failed, C::preempted, "preempted by another job"},
    SlurmState{"CANCELLED", S::cancelled, C::cancelled, "cancelled by somebody else"},
    SlurmState{"REVOKED", S::cancelled, C::never_ran, "revoked: another cluster runs it"},
};

struct Stuck {
  std::string_view reason;
  std::string_view fix;
};

// Reasons of squeue that waiting does not remove. Those of limits on what runs at a time
// (AssocGrpCpuLimit, QOSMaxJobsPerUserLimit, …) are not here: they pass.
constexpr std::array stuck_reasons = {
    Stuck{"PartitionTimeLimit", "its time limit is longer than the partition's; lower time_limit"},
    Stuck{"PartitionNodeLimit", "it asks for more nodes than the partition gives; lower nodes"},
    Stuck{"PartitionDown", "its partition is down; choose another one"},
    Stuck{"PartitionInactive", "its partition is inactive; choose another one"},
    Stuck{"PartitionConfig", "its partition cannot fulfil the request; lower what is asked for"},
    Stuck{"BadConstraints", "no node has what is asked for; change constraint"},
    Stuck{"AccountNotAllowed", "the partition does not take the account; change account"},
    Stuck{"QOSNotAllowed", "the partition or account does not take the qos; change qos"},
    Stuck{"InvalidAccount", "there is no such account; change account"},
    Stuck{"InvalidQOS", "there is no such qos; change qos"},
    Stuck{"AssocMaxWallDurationPerJobLimit",
          "its time limit is longer than the account allows; lower time_limit"},
    Stuck{"QOSMaxWallDurationPerJobLimit",
          "its time limit is longer than the qos allows; lower time_limit"},
    Stuck{"AssocMaxNodePerJobLimit", "it asks for more nodes than the account allows"},
    Stuck{"AssocMaxCpuPerJobLimit", "it asks for more cores than the account allows"},
    Stuck{"QOSMaxNodePerJobLimit", "it asks for more nodes than the qos allows"},
    Stuck{"QOSMaxCpuPerJobLimit", "it asks for more cores than the qos allows"},
    Stuck{"QOSMaxMemoryPerJob", "it asks for more memory than the qos allows"},
    Stuck{"QOSMinCpuNotSatisfied", "it asks for fewer cores than the qos wants"},
    Stuck{"MaxMemPerLimit", "it asks for more memory than a node may give; lower memory_mib"},
    Stuck{"ReservationDeleted", "its reservation is gone; change reservation"},
    Stuck{"DependencyNeverSatisfied", "a job that it waits for has failed"},
    Stuck{"JobHeldUser", "the user holds it; `scontrol release` lets it go"},
    Stuck{"JobHeldAdmin", "an administrator holds it; ask why"},
    Stuck{"JobHoldMaxRequeue", "Slurm has requeued it too often; `scontrol release` lets it go"},
    Stuck{"launch failed requeued held",
          "a node could not start it, and Slurm holds it; `scontrol release` lets it go"},
    Stuck{"FailedLaunch", "a node could not start it; tell an administrator"},
};

/// Slurm prints some reasons with blanks, others with '_' for each of them.
bool same_reason(std::string_view left, std::string_view right) {
  const auto blank = [](char c) { return c == '_' ? ' ' : c; };
  return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                    [&](char a, char b) { return blank(a) == blank(b); });
}

std::optional<int> number(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// "7:0", as scontrol and sacct print it, or 1792, as squeue does: what wait() says.
std::optional<ProcessEnd> parse_exit_code(std::string_view text) {
  const auto colon = text.find(':');
  const auto code = number(text.substr(0, colon));
  if (!code) return std::nullopt;
  if (colon == std::string_view::npos)
    return ProcessEnd{.exit_code = *code >> 8 & 0xff, .signal = *code & 0x7f};
  const auto signal = number(text.substr(colon + 1));
  if (!signal) return std::nullopt;
  return ProcessEnd{.exit_code = *code, .signal = *signal};
}

}  // namespace

std::optional<SlurmState> slurm_state(std::string_view word) {
  word = word.substr(0, word.find_first_of(" +"));
  const auto row = std::find_if(states.begin(), states.end(),
                                [&](const SlurmState& one) { return one.name == word; });
  return row == states.end() ? std::nullopt : std::optional(*row);
}

std::optional<JobReport> slurm_report(std::string_view word, std::string_view exit_code) {
  const auto row = slurm_state(word);
  if (!row) return std::nullopt;
  JobReport report{.state = row->state,
                   .reason = std::string(row->reason),
                   .exit_code = {},
                   .cause = row->cause};
  const auto end = parse_exit_code(exit_code);
  const bool by_itself = row->state == JobState::done || row->cause == JobCause::exit_code;
  if (!by_itself || !end) return report;
  auto told = report_of(*end);
  if (told.state == report.state) return told;
  report.reason = "Slurm says " + std::string(row->name) + " with " + end->describe();
  return report;
}

JobReport with_memory_told(JobReport report, const std::vector<std::filesystem::path>& outputs) {
  const bool killed = report.state == JobState::failed && report.cause == JobCause::signal;
  if (!killed || std::none_of(outputs.begin(), outputs.end(), tells_out_of_memory)) return report;
  report.reason = slurm_state("OUT_OF_MEMORY")->reason;
  report.cause = JobCause::out_of_memory;
  return report;
}

std::optional<std::string> stuck(std::string_view reason) {
  const auto row = std::find_if(stuck_reasons.begin(), stuck_reasons.end(),
                                [&](const Stuck& one) { return same_reason(one.reason, reason); });
  return row == stuck_reasons.end() ? std::nullopt : std::optional(std::string(row->fix));
}

}  // namespace weir

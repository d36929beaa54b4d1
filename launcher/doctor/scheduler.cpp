// Whether the batch system is there, answers, and what it says of itself.

#include "launcher/doctor/ask_slurm.h"
#include "launcher/doctor/case.h"
#include "launcher/schedulers/oar_commands.h"
#include "src/study/names.h"

namespace weir {
namespace {

std::vector<std::string> commands_of(SchedulerKind kind) {
  switch (kind) {
    case SchedulerKind::slurm:
    case SchedulerKind::slurm_pool:
      return {"sbatch", "squeue", "scancel", "scontrol", "sinfo"};
    case SchedulerKind::slurm_steps:
      return {"srun", "squeue", "scancel", "scontrol", "sinfo"};
    case SchedulerKind::oar:
      return {"oarsub", "oarstat", "oardel"};
    case SchedulerKind::local:
    case SchedulerKind::local_pool:
      break;
  }
  return {};
}

std::string system_of(SchedulerKind kind) { return kind == SchedulerKind::oar ? "OAR" : "Slurm"; }

bool check_commands(const Case& subject, Findings& findings) {
  const auto kind = subject.study.launcher.scheduler;
  std::vector<std::string> missing;
  for (const auto& command : commands_of(kind))
    if (!subject.machine().find_program(command)) missing.push_back(command);
  if (missing.empty()) return true;
  findings.push_back(wrong_environment(
      "scheduler", "not in PATH: " + listed(missing) + "; go to a login node of a cluster with " +
                       system_of(kind) +
                       ", load its module, or set launcher.scheduler to \"local\""));
  return false;
}

/// slurm-steps starts steps of the allocation that it is in.
bool check_allocation(const Case& subject, Findings& findings) {
  if (subject.study.launcher.scheduler != SchedulerKind::slurm_steps) return true;
  if (const auto job = subject.machine().environment("SLURM_JOB_ID")) {
    findings.push_back(ok("allocation", "inside job " + *job));
    return true;
  }
  findings.push_back(wrong_environment(
      "allocation",
      "SLURM_JOB_ID is not set, so this is no allocation; start weir inside salloc or sbatch, or "
      "set launcher.scheduler to \"slurm\""));
  return false;
}

std::string question_of(SchedulerKind kind) {
  return kind == SchedulerKind::oar ? "oarstat" : "scontrol ping";
}

/// scontrol ping says "UP" of each controller, and exits with 0 even where none is. oarstat may
/// fail at writing down that there is no job.
bool answers(SchedulerKind kind, const CommandResult& result) {
  if (kind != SchedulerKind::oar) return result.ok() && result.out.find("UP") != std::string::npos;
  return result.ok() || result.err.find("hash- or arrayref expected") != std::string::npos;
}

bool check_service(const Case& subject, CommandRunner& commands, Findings& findings) {
  const auto kind = subject.study.launcher.scheduler;
  const auto result = commands.run(split(question_of(kind), ' '), answer_within);
  if (answers(kind, result)) {
    findings.push_back(ok("scheduler", system_of(kind) + " answers"));
    return true;
  }
  const std::string how =
      result.ok() ? result.out.substr(0, result.out.find('\n')) : result.describe();
  findings.push_back(wrong_environment(
      "scheduler", system_of(kind) + " does not answer `" + question_of(kind) + "`: " + how +
                       "; try it by hand, and ask the site's support when it stays so"));
  return false;
}

/// OAR has no partitions to look at; a site without oarnodes for users says nothing.
bool all_oar_nodes_here(const Case& subject, CommandRunner& commands) {
  if (!subject.machine().find_program("oarnodes")) return false;
  const auto result = commands.run(oarnodes_command(), answer_within);
  Cluster oar;
  for (const auto& address : parse_oarnodes(result.ok() ? result.out : "")) {
    NodeGroup node;
    node.address = address;
    oar.nodes.push_back(std::move(node));
  }
  return subject.all_nodes_here(oar);
}

}  // namespace

void examine_scheduler(Case& subject, Findings& findings) {
  if (!subject.batch() || !check_commands(subject, findings)) return;
  if (!check_allocation(subject, findings) || subject.at.commands == nullptr) return;
  auto& commands = *subject.at.commands;
  if (!check_service(subject, commands, findings)) return;
  if (subject.study.launcher.scheduler == SchedulerKind::oar)
    subject.oar_is_here = all_oar_nodes_here(subject, commands);
  else
    subject.cluster = ask_slurm(subject, commands, findings);
}

}  // namespace weir

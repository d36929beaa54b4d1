// Whether what the jobs ask for fits the partitions, as far as Slurm tells.

#include <algorithm>
#include <cmath>

#include "launcher/doctor/case.h"
#include "launcher/doctor/partition_fit.h"

namespace weir {
namespace {

std::vector<std::string> names_of(const std::vector<Partition>& partitions) {
  std::vector<std::string> names;
  for (const auto& partition : partitions) names.push_back(partition.name);
  return names;
}

bool contains(const std::vector<std::string>& list, const std::string& item) {
  return std::find(list.begin(), list.end(), item) != list.end();
}

/// Those that the study names, or the default one. Names that are not there are findings.
std::vector<Partition> partitions_of(const JobPlan& plan, const Cluster& cluster,
                                     Findings& findings) {
  const auto wanted = split(plan.resources.partition, ',');
  std::vector<Partition> chosen;
  for (const auto& partition : cluster.partitions)
    if (wanted.empty() ? partition.is_default : contains(wanted, partition.name))
      chosen.push_back(partition);
  for (const auto& name : wanted)
    if (!contains(names_of(cluster.partitions), name))
      findings.push_back(wrong_study(std::string(plan.key) + ".partition",
                                     "there is no partition " + quoted(name) + "; there are " +
                                         listed(names_of(cluster.partitions))));
  if (wanted.empty() && chosen.empty())
    findings.push_back(
        wrong_study(std::string(plan.key) + ".partition",
                    "is not given, and Slurm has no default partition; name one of " +
                        listed(names_of(cluster.partitions))));
  return chosen;
}

/// Where a job may go to several partitions, one that takes it is enough.
void check_plan(const JobPlan& plan, const Cluster& cluster, Findings& findings) {
  Findings reasons;
  for (const auto& partition : partitions_of(plan, cluster, findings)) {
    auto against = misfits(plan, partition, cluster.nodes);
    if (against.empty())
      return findings.push_back(ok(plan.key, "fits partition " + quoted(partition.name)));
    reasons.insert(reasons.end(), against.begin(), against.end());
  }
  findings.insert(findings.end(), reasons.begin(), reasons.end());
}

std::string seconds(double value) { return std::to_string(std::llround(value)) + " s"; }

/// The warning before a job's end must come after its beginning.
void check_warning(const LauncherSettings& launcher, Findings& findings) {
  const double limit = launcher.server.time_limit;
  if (limit == 0 || launcher.warning < limit) return;
  findings.push_back(wrong_study(
      "launcher.warning", "is " + seconds(launcher.warning) +
                              ", no less than launcher.server.time_limit, " + seconds(limit) +
                              "; the server would end as soon as it starts"));
}

void check_attempts(const Study& study, Findings& findings) {
  const double limit = study.launcher.clients.time_limit;
  if (limit == 0 || study.simulation.time_limit <= limit) return;
  findings.push_back(
      warning("launcher.clients.time_limit",
              "is " + seconds(limit) + ", less than simulation.time_limit, " +
                  seconds(study.simulation.time_limit) +
                  "; the batch system will end simulations that the study lets run: raise it"));
}

}  // namespace

void examine_jobs(const Case& subject, Findings& findings) {
  if (!subject.batch()) return;
  check_warning(subject.study.launcher, findings);
  check_attempts(subject.study, findings);
  const bool own_partition = subject.study.launcher.scheduler != SchedulerKind::slurm_steps;
  if (!subject.cluster || !own_partition) return;
  for (const auto& plan : job_plans(subject.study)) check_plan(plan, *subject.cluster, findings);
}

}  // namespace weir

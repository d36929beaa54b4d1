// Whether srun and the MPI of the programs agree on how ranks find each other.

#include <algorithm>

#include "launcher/doctor/case.h"
#include "launcher/doctor/mpi_family.h"
#include "src/core/planted_bug.h"

namespace weir {
namespace {

bool contains(const std::vector<std::string>& list, const std::string& item) {
  return std::find(list.begin(), list.end(), item) != list.end();
}

std::string family_of(const Case& subject, const JobPlan& plan) {
  const auto& machine = subject.machine();
  if (plan.role == JobRole::server) return mpi_family_of(machine, subject.at.server);
  const auto solver = machine.find_program(subject.study.simulation.command.at(0));
  return solver ? mpi_family_of(machine, *solver) : "";
}

/// What `srun --mpi=list` names, as far as it is known.
std::string named(const std::vector<std::string>& kinds) {
  return kinds.empty() ? "; `srun --mpi=list` names what there is"
                       : "; `srun --mpi=list` names " + listed(kinds);
}

/// The kind that an MPI of this family understands most likely.
std::string kind_for(const std::string& family, const std::vector<std::string>& kinds) {
  const std::vector<std::string> wanted = family == "MPICH"
                                              ? std::vector<std::string>{"pmi2", "pmix"}
                                              : std::vector<std::string>{"pmix", "pmi2"};
  const auto found = std::find_if(wanted.begin(), wanted.end(),
                                  [&](const auto& kind) { return contains(kinds, kind); });
  return found == wanted.end() ? wanted.front() : *found;
}

/// Without --mpi: the site's default, or what the environment of `weir run` hands on to jobs.
std::string default_kind(const Case& subject) {
  const auto given = subject.machine().environment("SLURM_MPI_TYPE");
  return given && !given->empty() ? *given : subject.cluster->settings.mpi_default;
}

void check_default(const Case& subject, const JobPlan& plan, Findings& findings) {
  const auto kind = default_kind(subject);
  if (kind != "none" || WEIR_BUG("mpi_default_ignored")) return;
  const auto family = family_of(subject, plan);
  const auto& kinds = subject.cluster->mpi_kinds;
  const std::string text =
      "is not given, and srun's default here is \"none\" (MpiDefault): ranks do not find each "
      "other, each would be rank 0 or fail; set it to \"" +
      kind_for(family, kinds) + "\", or " + launch_key(plan) + " to \"mpirun\"" + named(kinds);
  const std::string key = std::string(plan.key) + ".mpi";
  // Open MPI cannot start that way; some builds of others find each other without help.
  if (family == "Open MPI")
    findings.push_back(wrong_study(key, text));
  else if (plan.ranks > 1)
    findings.push_back(warning(key, text));
}

void check_given(const Case& subject, const JobPlan& plan, Findings& findings) {
  const auto& kind = plan.resources.mpi;
  const auto& kinds = subject.cluster->mpi_kinds;
  const std::string key = std::string(plan.key) + ".mpi";
  if (kinds.empty() || contains(kinds, kind))
    findings.push_back(ok(key, "srun --mpi=" + kind));
  else
    findings.push_back(
        wrong_study(key, "is " + quoted(kind) + ", which this Slurm does not have" + named(kinds)));
}

}  // namespace

void examine_srun(const Case& subject, Findings& findings) {
  if (!subject.cluster) return;
  for (const auto& plan : job_plans(subject.study)) {
    if (plan.start != Launch::srun) continue;
    if (plan.resources.mpi.empty())
      check_default(subject, plan, findings);
    else
      check_given(subject, plan, findings);
  }
}

}  // namespace weir

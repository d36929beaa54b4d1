// Whether mpirun, the server and the solver are of one MPI.

#include <algorithm>

#include "launcher/doctor/case.h"
#include "launcher/doctor/mpi_family.h"

namespace weir {
namespace {

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

std::string family_of_mpirun(const std::string& version) {
  if (version.find("Open MPI") != std::string::npos) return "Open MPI";
  const bool mpich = version.find("HYDRA") != std::string::npos ||
                     version.find("MPICH") != std::string::npos ||
                     version.find("Intel(R) MPI") != std::string::npos;
  return mpich ? "MPICH" : "";
}

/// The jobs whose ranks mpirun starts.
std::vector<JobPlan> under_mpirun(const Study& study) {
  std::vector<JobPlan> plans;
  for (const auto& plan : job_plans(study))
    if (plan.start == Launch::mpirun) plans.push_back(plan);
  return plans;
}

/// Modules or set-up lines of the job may bring an mpirun that is not in PATH here.
bool comes_with_the_job(const JobPlan& plan) {
  return !(plan.resources.modules.empty() && plan.resources.setup.empty());
}

Finding no_mpirun(const Case& subject) {
  const auto plans = under_mpirun(subject.study);
  if (subject.batch() && std::all_of(plans.begin(), plans.end(), comes_with_the_job))
    return warning("mpirun",
                   "there is no mpirun in PATH here; that is right only if modules or setup of " +
                       std::string(plans.front().key) + " bring it");
  return wrong_environment("mpirun", "there is no mpirun in PATH to start ranks with (" +
                                         std::string(launch_key(plans.front())) +
                                         "); install Open MPI or load its module");
}

void check_mpirun(const Case& subject, const std::string& linked, Findings& findings) {
  const auto found = subject.machine().find_program("mpirun");
  if (!found) return findings.push_back(no_mpirun(subject));
  if (subject.at.commands == nullptr) return findings.push_back(ok("mpirun", found->string()));
  const auto result = subject.at.commands->run({found->string(), "--version"}, answer_within);
  const auto version = first_line(result.out);
  const auto family = family_of_mpirun(result.out);
  if (!result.ok())
    findings.push_back(warning("mpirun", found->string() + " --version: " + result.describe() +
                                             "; load the MPI that weir was built with"));
  else if (!family.empty() && !linked.empty() && family != linked)
    findings.push_back(wrong_environment(
        "mpirun", found->string() + " is of " + family + " (" + version +
                      "), but weir-server is linked with " + linked +
                      ": it would start ranks that do not see each other; load the module of " +
                      linked + ", or build weir with " + family));
  else
    findings.push_back(ok("mpirun", found->string() + ", " + version));
}

/// Only a warning: a solver may be a script, or find its library in another way.
void check_solver(const Case& subject, const std::string& starter, Findings& findings) {
  const auto& machine = subject.machine();
  const auto program = machine.find_program(subject.study.simulation.command.at(0));
  if (!program) return;
  const auto family = mpi_family_of(machine, *program);
  if (family.empty() || starter.empty() || family == starter) return;
  findings.push_back(warning("mpi", program->string() + " is linked with " + family +
                                        ", weir-server and weir's client with " + starter +
                                        "; build solver and weir with one MPI"));
}

}  // namespace

void examine_mpi(const Case& subject, Findings& findings) {
  const auto linked = mpi_family_of(subject.machine(), subject.at.server);
  if (!under_mpirun(subject.study).empty()) check_mpirun(subject, linked, findings);
  for (const auto& plan : job_plans(subject.study))
    if (plan.role == JobRole::simulation && plan.start != Launch::direct)
      check_solver(subject, linked, findings);
}

}  // namespace weir

// The programs that a study starts.

#include "launcher/doctor/case.h"

namespace weir {
namespace {

/// A program that modules or set-up lines of the job may bring into PATH.
bool comes_with_the_job(const Study& study, const std::string& program) {
  const auto& clients = study.launcher.clients;
  return program.find('/') == std::string::npos &&
         !(clients.modules.empty() && clients.setup.empty());
}

Finding check_solver(const Case& subject) {
  const auto& program = subject.study.simulation.command.at(0);
  const auto& machine = subject.machine();
  if (const auto found = machine.find_program(program)) return ok("simulation", found->string());
  if (machine.is_file(program))
    return wrong_environment(
        "simulation", quoted(program) + " (simulation.command) is not executable; chmod +x it");
  if (subject.batch() && comes_with_the_job(subject.study, program))
    return warning("simulation", "there is no program " + quoted(program) +
                                     " (simulation.command) in PATH here; that is right only if "
                                     "launcher.clients.modules or setup bring it, else give its "
                                     "path");
  return wrong_environment("simulation",
                           "there is no program " + quoted(program) +
                               " (simulation.command); build it, or give its path, taken "
                               "from the study file's folder");
}

Finding check_server(const Case& subject) {
  const auto& server = subject.at.server;
  if (subject.machine().is_executable(server)) return ok("server", server.string());
  return wrong_environment("server", "there is no program " + quoted(server.string()) +
                                         "; build or install it beside weir");
}

Finding check_own(const Case& subject, const std::string& name, const std::string& which) {
  const auto program = subject.at.server.parent_path() / name;
  if (subject.machine().is_executable(program)) return ok(name, program.string());
  return wrong_environment(name, "there is no program " + quoted(program.string()) + ", which " +
                                     which + "; build or install it beside weir");
}

bool has_pilots(const Case& subject) {
  const auto kind = subject.study.launcher.scheduler;
  return kind == SchedulerKind::slurm_pool || kind == SchedulerKind::local_pool;
}

}  // namespace

void examine_programs(const Case& subject, Findings& findings) {
  if (subject.runs_simulations()) findings.push_back(check_solver(subject));
  findings.push_back(check_server(subject));
  if (subject.batch()) findings.push_back(check_own(subject, "weir-job", "every job runs first"));
  if (has_pilots(subject))
    findings.push_back(check_own(subject, "weir-pilot", "runs simulations one after another"));
}

}  // namespace weir

// Whether mpirun, the server and the solver are of one MPI.

#include <algorithm>

#include "launcher/doctor/case.h"

namespace weir {
namespace {

constexpr Duration answer_within = std::chrono::seconds(20);

/// "Open MPI" or "MPICH" (Intel MPI and Cray's included, which share its ABI); empty: not known.
std::string family_of_library(const std::string& library) {
  const auto is = [&](const char* start) { return library.starts_with(start); };
  if (is("libmpich") || is("libmpi.so.12") || is("libmpifort.so.12") || is("libmpi_cray") ||
      is("libmpi_gnu"))
    return "MPICH";
  const bool open = is("libmpi.so.") || is("libmpi_mpifh.so") || is("libmpi_usempif08.so") ||
                    is("libmpi_cxx.so") || is("libopen-rte.so");
  return open ? "Open MPI" : "";
}

/// By the libraries that it asks for itself.
std::string family_of_program(const Machine& machine, const std::filesystem::path& program) {
  for (const auto& library : machine.needed_libraries(program))
    if (const auto family = family_of_library(library); !family.empty()) return family;
  return "";
}

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

std::string family_of_mpirun(const std::string& version) {
  if (version.find("Open MPI") != std::string::npos) return "Open MPI";
  const bool mpich = version.find("HYDRA") != std::string::npos ||
                     version.find("MPICH") != std::string::npos ||
                     version.find("Intel(R) MPI") != std::string::npos;
  return mpich ? "MPICH" : "";
}

/// Modules or set-up lines of the server's job may bring an mpirun that is not in PATH here.
bool comes_with_the_job(const Case& subject) {
  const auto& server = subject.study.launcher.server;
  return subject.batch() && !(server.modules.empty() && server.setup.empty());
}

Finding no_mpirun(const Case& subject) {
  if (comes_with_the_job(subject))
    return warning("mpirun",
                   "there is no mpirun in PATH here; that is right only if launcher.server.modules "
                   "or setup bring it, and those of launcher.clients too");
  return wrong_environment("mpirun",
                           "there is no mpirun in PATH; install Open MPI or load its module");
}

bool solver_has_ranks(const Study& study) {
  return study.simulation.ranks > 1 || study.simulation.launch == Launch::mpirun;
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
  const auto family = family_of_program(machine, *program);
  if (family.empty() || starter.empty() || family == starter) return;
  findings.push_back(warning("mpi", program->string() + " is linked with " + family +
                                        ", weir's client and mpirun with " + starter +
                                        "; build solver and weir with one MPI"));
}

}  // namespace

void examine_mpi(const Case& subject, Findings& findings) {
  const auto linked = family_of_program(subject.machine(), subject.at.server);
  check_mpirun(subject, linked, findings);
  if (subject.runs_simulations() && solver_has_ranks(subject.study))
    check_solver(subject, linked, findings);
}

}  // namespace weir

// weir check: whether a study can run here.

#include "launcher/doctor/check.h"

#include <iostream>

#include "launcher/commands/commands.h"
#include "launcher/commands/findings.h"
#include "launcher/records/study_folder.h"
#include "src/core/own_program.h"
#include "src/study/parse.h"

namespace weir {
namespace {

void print(const Finding& finding, bool verbose) {
  auto& stream = finding.severity == Severity::error && !verbose ? std::cerr : std::cout;
  if (verbose)
    stream << line_of(finding) << '\n';
  else if (finding.severity != Severity::ok)
    stream << "weir: " << (finding.severity == Severity::warning ? "warning: " : "")
           << finding.subject << ": " << finding.text << '\n';
}

}  // namespace

int print_findings(const Study& study, const std::filesystem::path& output,
                   const std::filesystem::path& record, bool verbose) {
  const SystemMachine machine;
  ProcessCommandRunner commands;
  const auto findings = check_study(study, {.machine = machine,
                                            .server = own_program("weir-server"),
                                            .output = output,
                                            .record = record,
                                            .commands = &commands});
  for (const auto& finding : findings) print(finding, verbose);
  std::cout << std::flush;
  return exit_code_of(findings);
}

int check_command(const std::filesystem::path& file, const std::filesystem::path& output) {
  const Study study = load_study(file);
  return print_findings(study, output_folder(output, study), {}, /*verbose=*/true);
}

}  // namespace weir

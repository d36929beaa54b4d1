#include "launcher/doctor/check.h"

#include "launcher/doctor/case.h"

namespace weir {

Findings check_study(const Study& study, const CheckContext& context) {
  Case subject{.study = study, .at = context};
  Findings findings;
  examine_study(subject, findings);
  examine_data(subject, findings);
  examine_programs(subject, findings);
  examine_mpi(subject, findings);
  examine_scheduler(subject, findings);
  examine_jobs(subject, findings);
  examine_network(subject, findings);
  examine_memory(subject, findings);
  examine_cores(subject, findings);
  examine_accelerators(subject, findings);
  examine_disk(subject, findings);
  examine_study_directory(subject, findings);
  examine_limits(subject, findings);
  return findings;
}

int exit_code_of(const Findings& findings) {
  int code = 0;
  for (const auto& finding : findings) {
    if (finding.severity != Severity::error) continue;
    if (finding.kind == ErrorKind::input) return static_cast<int>(ErrorKind::input);
    code = static_cast<int>(ErrorKind::environment);
  }
  return code;
}

std::string line_of(const Finding& finding) {
  constexpr const char* words[] = {"ok      ", "warning ", "error   "};
  return words[static_cast<std::size_t>(finding.severity)] + finding.subject + ": " + finding.text;
}

}  // namespace weir

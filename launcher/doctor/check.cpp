#include "launcher/doctor/check.h"

#include "launcher/doctor/case.h"
#include "src/core/clock.h"

namespace weir {
namespace {

constexpr Duration altogether = std::chrono::seconds(60);

/// Lets all commands together take a minute at most; later ones count as not answered.
class ImpatientRunner final : public CommandRunner {
 public:
  ImpatientRunner(CommandRunner& runner, const Clock& clock)
      : runner_(runner), clock_(clock), end_(clock.now() + altogether) {}

  CommandResult run(const std::vector<std::string>& command, Duration deadline,
                    const std::vector<std::string>& without) override {
    const auto left = end_ - clock_.now();
    if (left <= Duration::zero()) return {.exit_code = 0, .timed_out = true, .out = "", .err = ""};
    return runner_.run(command, std::min(deadline, left), without);
  }

 private:
  CommandRunner& runner_;
  const Clock& clock_;
  const Time end_;
};

}  // namespace

Findings check_study(const Study& study, const CheckContext& context) {
  auto at = context;
  const SystemClock system_clock;
  const Clock& clock = context.clock != nullptr ? *context.clock : system_clock;
  std::optional<ImpatientRunner> commands;
  if (context.commands != nullptr) at.commands = &commands.emplace(*context.commands, clock);
  Case subject{.study = study, .at = at};
  Findings findings;
  examine_study(subject, findings);
  examine_data(subject, findings);
  examine_templates(subject, findings);
  examine_programs(subject, findings);
  examine_mpi(subject, findings);
  examine_scheduler(subject, findings);
  examine_srun(subject, findings);
  examine_admission(subject, findings);
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

// What Slurm's commands print: sbatch, squeue, scontrol, sacct.

#include "launcher/schedulers/slurm_commands.h"
#include "launcher/schedulers/slurm_state.h"
#include "launcher/schedulers/slurm_submit.h"
#include "tests/fuzz/fuzz.h"

namespace {

void try_queue(const std::string& text) {
  using namespace weir;
  for (const auto& line : parse_queue(text)) {
    fuzz::check(line.job.find_first_not_of("0123456789_") == std::string::npos,
                "a job is a number");
    fuzz::check(slurm_report(line.state, line.exit_code).has_value(), "a line has a state");
    (void)stuck(line.reason);
    if (const auto task = array_task(line.job))
      fuzz::check(line.job.starts_with(task->array + "_"), "a task is of its array");
  }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace weir;
  const std::string text = fuzz::text_of(data, size);
  try_queue(text);
  for (const auto& report : {parse_scontrol(text), parse_sacct(text)})
    if (report && report->state == JobState::done)
      fuzz::check(report->cause == JobCause::none, "what ended well has no cause");
  const auto answer =
      sbatch_answer({.exit_code = 0, .timed_out = false, .out = text, .err = text}, /*count=*/2);
  fuzz::check(answer.jobs.size() == (answer.kind == SbatchAnswer::Kind::taken ? 2U : 0U),
              "what was taken has a number");
  return 0;
}

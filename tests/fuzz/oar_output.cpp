// What OAR's commands print: oarsub, oarstat, oarnodes.

#include "launcher/schedulers/oar_commands.h"
#include "launcher/schedulers/oar_state.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace weir;
  const std::string text = fuzz::text_of(data, size);
  if (const auto job = parse_oarsub(text))
    fuzz::check(job->find_first_not_of("0123456789") == std::string::npos, "a job is a number");
  (void)parse_oarnodes(text);
  const auto jobs = parse_oarstat(text).value_or(std::vector<OarJob>());
  for (const auto& job : jobs)
    if (const auto report = oar_report(job); report && report->state == JobState::done)
      fuzz::check(report->cause == JobCause::none, "what ended well has no cause");
  for (std::size_t k = 1; k < jobs.size(); ++k)
    fuzz::check(jobs[k - 1].id.size() <= jobs[k].id.size(), "jobs are in order");
  return 0;
}

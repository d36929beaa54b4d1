// What weir-job reads and writes: job files, waves, and how a job ended.

#include "launcher/schedulers/job_file.h"

#include "src/core/error.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/one_file.h"

namespace {

/// What `read` makes of the file is nothing, or Error{input}.
template <class Read>
void try_reading(Read read) {
  try {
    read();
  } catch (const weir::Error& error) {
    weir::fuzz::check(error.kind() == weir::ErrorKind::input, "a bad file is bad input");
  }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace weir;
  fuzz::OneFile files(fuzz::text_of(data, size));
  const std::filesystem::path path = "/nowhere/weir.s.0.0.json";
  try_reading([&] {
    const auto job = read_job_file(files, path);
    fuzz::check(!job.command.empty() && job.ranks > 0, "a job is something to start");
    fuzz::check(
        job_file_path(StudyDirectory{"/nowhere"}, job.name).filename() == job.name + ".json",
        "a job has a file of its name");
  });
  try_reading([&] {
    const auto names = read_wave_file(files, path).value_or(std::vector<std::string>());
    for (const auto& name : names) (void)job_file_path(StudyDirectory{"/nowhere"}, name);
  });
  if (const auto end = read_job_end(files, path)) {
    fuzz::check(has_ended(end->state), "an end is one");
    fuzz::check((end->state == JobState::done) == (end->cause == JobCause::none),
                "what fails has a cause");
  }
  return 0;
}

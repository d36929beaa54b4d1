// weir-job: what a batch job of a study runs. It reads what is to be started from a file, so that
// no value of a study passes through a shell or a batch system.

#include <cstdio>
#include <exception>

#include "launcher/job/run_job.h"
#include "src/core/error.h"

int main(int argc, char** argv) {
  if (argc != 2 || argv[1][0] == '-') {
    std::fputs(
        "usage: weir-job FILE\n"
        "Runs the job that FILE describes (D/run/jobs/NAME.json, written by `weir run`) and ends "
        "with its exit code.\n",
        stderr);
    return static_cast<int>(weir::ErrorKind::input);
  }
  try {
    return weir::run_job(weir::posix_file_system(), argv[1]);
  } catch (const weir::Error& error) {
    std::fprintf(stderr, "weir-job: %s\n", error.what());
    return error.exit_code();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "weir-job: %s\n", error.what());
    return static_cast<int>(weir::ErrorKind::environment);
  }
}

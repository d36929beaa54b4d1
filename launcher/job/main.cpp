// weir-job: what a batch job of a study runs. It reads what is to be started from a file, so that
// no value of a study passes through a shell or a batch system.

#include <cstdio>
#include <exception>
#include <string_view>

#include "launcher/job/run_job.h"
#include "launcher/schedulers/launch_command.h"
#include "src/core/error.h"

int main(int argc, char** argv) {
  const bool becomes = argc > 2 && std::string_view(argv[1]) == "--exec";
  if (!becomes && (argc != 2 || argv[1][0] == '-')) {
    std::fputs(
        "usage: weir-job FILE | --exec =WORD …\n"
        "Runs the job that FILE describes (D/run/jobs/NAME.json, written by `weir run`) and ends "
        "with its exit code;\nor becomes the program of these words.\n",
        stderr);
    return static_cast<int>(weir::ErrorKind::input);
  }
  try {
    if (becomes) weir::become(weir::unsheltered({argv + 2, argv + argc}));
    return weir::run_job(weir::posix_file_system(), argv[1]);
  } catch (const weir::Error& error) {
    std::fprintf(stderr, "weir-job: %s\n", error.what());
    return error.exit_code();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "weir-job: %s\n", error.what());
    return static_cast<int>(weir::ErrorKind::environment);
  }
}

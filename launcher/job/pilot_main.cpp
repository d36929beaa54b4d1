// weir-pilot: what a job of slurm-pool runs. It takes simulations from a file, one after the other.

#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
#include <thread>

#include <unistd.h>

#include "launcher/job/pilot.h"
#include "launcher/schedulers/batch_script.h"
#include "launcher/schedulers/local.h"
#include "src/core/error.h"
#include "src/core/interrupts.h"

namespace {

using namespace weir;

constexpr int ended_by_batch_system = 143;  // as if SIGTERM had not been caught

std::string host_name() {
  std::array<char, 256> name{};
  gethostname(name.data(), name.size() - 1);
  return name.data();
}

/// Slurm says in seconds since 1970 when the job is to end.
std::optional<double> seconds_left() {
  const char* end = std::getenv("SLURM_JOB_END_TIME");
  const double at = end == nullptr ? 0 : std::atof(end);
  if (at <= 0) return std::nullopt;
  using Wall = std::chrono::system_clock;
  return at - std::chrono::duration<double>(Wall::now().time_since_epoch()).count();
}

int fly(const StudyDirectory& directory, const std::string& name) {
  Interrupts interrupts;
  const SystemClock clock;
  LocalScheduler runner(clock, directory.root);
  Pilot pilot(directory, name,
              {.runner = runner,
               .files = posix_file_system(),
               .clock = clock,
               .host = host_name(),
               .seconds_left = seconds_left(),
               .weir_job = job_program()});
  bool interrupted = false;
  while (pilot.tick()) {
    if (interrupts.take()) {
      interrupted = true;
      pilot.interrupt();
    }
    std::this_thread::sleep_for(pilot.pause());
  }
  return interrupted ? ended_by_batch_system : 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3 || argv[1][0] == '-') {
    std::fputs(
        "usage: weir-pilot D NAME\n"
        "Runs simulations of the study in D as D/run/pool/NAME/orders says (docs/formats.md).\n",
        stderr);
    return static_cast<int>(ErrorKind::input);
  }
  try {
    return fly({argv[1]}, argv[2]);
  } catch (const Error& error) {
    std::fprintf(stderr, "weir-pilot: %s\n", error.what());
    return error.exit_code();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "weir-pilot: %s\n", error.what());
    return static_cast<int>(ErrorKind::environment);
  }
}

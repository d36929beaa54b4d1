// serve_program [--times] COMMAND…: runs a client program against a server and checks what it sent:
// fields "u" (a 4 × 6 array) and "v" (3 values) of three steps, u(i) = 1000 × step + i and v(i) =
// -u(i). With --times the study takes times from its solver, and that of step k has to be k / 4.
// Exit code 0: the program's was 0 and every value is right.

#include <cstdio>
#include <cstring>
#include <vector>

#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/fake_server.h"
#include "tests/support/temporary_folder.h"

namespace weir::test {
namespace {

int run(char** command) {
  const pid_t child = fork();
  if (child == 0) {
    execvp(command[0], command);
    _exit(127);
  }
  int status = 0;
  if (child < 0 || waitpid(child, &status, 0) != child) return 1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

bool right_time(const FakeServer& server, std::uint64_t step) {
  const auto time = server.time({0, step});
  if (time == 0.25 * static_cast<double>(step)) return true;
  std::fprintf(stderr, "step %d: time is %g\n", static_cast<int>(step), time.value_or(-1));
  return false;
}

bool right(const FakeServer& server, std::uint64_t step) {
  const auto values = server.sample({0, step});
  if (!values) {
    std::fprintf(stderr, "step %d did not arrive\n", static_cast<int>(step));
    return false;
  }
  for (std::size_t i = 0; i < values->size(); ++i) {
    const bool in_u = i < 24;
    const float u = 1000.f * static_cast<float>(step) + static_cast<float>(in_u ? i : i - 24);
    if ((*values)[i] == (in_u ? u : -u)) continue;
    std::fprintf(stderr, "step %d: value %d is %g\n", static_cast<int>(step), static_cast<int>(i),
                 static_cast<double>((*values)[i]));
    return false;
  }
  return true;
}

int main(char** command) {
  const bool times = std::strcmp(*command, "--times") == 0;
  if (times) ++command;
  const TemporaryFolder folder;
  FakeStudy study;
  study.fields = {{"u", 24}, {"v", 3}};
  study.ranks = 2;
  study.times = times;
  const FakeServer server(folder.path(), study);
  setenv("WEIR_STUDY_DIR", folder.path().c_str(), 1);
  setenv("WEIR_SIM", "0", 1);
  if (const int code = run(command); code != 0) {
    std::fprintf(stderr, "%s ended with %d\n", command[0], code);
    return 1;
  }
  for (const std::uint64_t step : {0, 1, 2}) {
    if (!right(server, step) || (times && !right_time(server, step))) return 1;
  }
  return 0;
}

}  // namespace
}  // namespace weir::test

int main(int count, char** arguments) {
  if (count < 2) return 2;
  return weir::test::main(arguments + 1);
}

// A solver with checkpoints of its own that is killed: its next attempt computes on from the newest
// one that lacks nothing, and the server gets the fields that an undisturbed run sends.

#include <chrono>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/fake_server.h"
#include "tests/support/temporary_folder.h"

namespace weir::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::size_t grid = 12, steps = 40, accepted_before = 25;

std::vector<std::string> solvers() {
  std::istringstream list(SOLVERS);
  std::vector<std::string> all;
  for (std::string solver; std::getline(list, solver, ':');) all.push_back(solver);
  return all;
}

class HeatCheckpoint : public ::testing::TestWithParam<std::string> {
 protected:
  HeatCheckpoint() {
    study_.fields = {{"temperature", grid * grid}};
    study_.steps = steps;
    study_.parameters = {300, 100, 500, 200, 400};
    study_.simulations = 2;
    study_.window_bytes = 2 * grid * grid * sizeof(float);
    study_.room = accepted_before;
    setenv("WEIR_STUDY_DIR", folder_.path().c_str(), 1);
  }
  ~HeatCheckpoint() override {
    if (child_ > 0) end(SIGKILL);
  }

  void start(std::uint64_t sim, std::uint64_t attempt) {
    setenv("WEIR_SIM", std::to_string(sim).c_str(), 1);
    setenv("WEIR_ATTEMPT", std::to_string(attempt).c_str(), 1);
    const std::string prefix = folder_.path() / ("heat." + std::to_string(sim));
    child_ = fork();
    if (child_ != 0) return;
    const int log = open(log_.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    dup2(log, 1);
    dup2(log, 2);
    const std::string solver = GetParam(), n = std::to_string(grid), t = std::to_string(steps);
    execl(solver.c_str(), solver.c_str(), "--grid", n.c_str(), "--steps", t.c_str(), "--checkpoint",
          prefix.c_str(), "--checkpoint-every", "10", nullptr);
    _exit(127);
  }
  /// The status of the solver, after a signal unless it is 0.
  int end(int signal) {
    if (signal != 0) kill(child_, signal);
    int status = -1;
    waitpid(std::exchange(child_, 0), &status, 0);
    return status;
  }
  std::string output() const {
    std::ifstream file(log_);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  TemporaryFolder folder_;
  std::filesystem::path log_ = folder_.path() / "log";
  FakeStudy study_;
  pid_t child_ = 0;
};

TEST_P(HeatCheckpoint, AKilledSolverGoesOnFromItsOwnCheckpointAndNotFromStepZero) {
  FakeServer server(folder_.path(), study_);
  start(/*sim=*/0, /*attempt=*/0);
  ASSERT_TRUE(server.rank(0).wait_for_accepted(accepted_before, /*seconds=*/30)) << output();
  server.rank(0).publish();
  end(SIGKILL);
  server.rank(0).give_room(2 * steps);

  start(/*sim=*/0, /*attempt=*/1);
  EXPECT_EQ(end(0), 0) << output();
  EXPECT_THAT(output(), HasSubstr("goes on from its checkpoint at step 20"));

  start(/*sim=*/1, /*attempt=*/0);  // with the same parameters, and never disturbed
  EXPECT_EQ(end(0), 0) << output();
  EXPECT_THAT(output(), Not(HasSubstr("goes on")));
  for (std::uint64_t step = 0; step < steps; ++step) {
    ASSERT_TRUE(server.sample({0, step}).has_value()) << "step " << step;
    EXPECT_EQ(server.sample({0, step}), server.sample({1, step})) << "step " << step;
  }
}

TEST_P(HeatCheckpoint, ACheckpointThatIsNewerThanWhatTheServerKeepsIsNotUsed) {
  FakeServer server(folder_.path(), study_);
  start(0, 0);
  ASSERT_TRUE(server.rank(0).wait_for_accepted(accepted_before, /*seconds=*/30)) << output();
  end(SIGKILL);
  server.rank(0).give_room(steps);
  start(0, 1);
  EXPECT_EQ(end(0), 0) << output();
  EXPECT_THAT(output(), Not(HasSubstr("goes on")));
  EXPECT_EQ(server.accepted(), steps);
}

INSTANTIATE_TEST_SUITE_P(Solvers, HeatCheckpoint, ::testing::ValuesIn(solvers()),
                         [](const auto& solver) {
                           return std::filesystem::path(solver.param).filename().string();
                         });

}  // namespace
}  // namespace weir::test

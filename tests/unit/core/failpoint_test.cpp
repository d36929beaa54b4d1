// What a process does at a failpoint, as its environment says. The plan is read once a process, so
// each case is a process of its own.

#include "src/core/failpoint.h"

#include <csignal>
#include <cstdlib>
#include <fstream>

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "src/core/error.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/core/failpoint_off.h"

namespace weir::test {
namespace {

using ::testing::ExitedWithCode;
using ::testing::KilledBySignal;

constexpr int passed = 0, failed = 9;  ///< exit codes of a process that the failpoint did not end

/// Goes `passages` times past `name`, then ends with `passed`, or with `failed` when that throws.
[[noreturn]] void pass(const char* name, int passages = 1) {
  try {
    for (int k = 0; k < passages; ++k) failpoint(name);
  } catch (const Error& error) {
    std::fprintf(stderr, "%s", error.what());
    _exit(error.kind() == ErrorKind::environment ? failed : 1);
  }
  _exit(passed);
}

class FailpointTest : public ::testing::Test {
 protected:
  void SetUp() override {
    unsetenv("WEIR_FAILPOINT_RANK");
    unsetenv("OMPI_COMM_WORLD_RANK");
  }
  void TearDown() override { unsetenv("WEIR_FAILPOINT"); }

  static void plan(const std::string& text) { setenv("WEIR_FAILPOINT", text.c_str(), 1); }
};

TEST_F(FailpointTest, WithoutAPlanNothingIsArmed) {
  EXPECT_EXIT(_exit(failpoint_armed() ? failed : passed), ExitedWithCode(passed), "");
}

TEST_F(FailpointTest, NameAloneKillsAtTheFirstPassage) {
  plan("trainer.after_step");
  EXPECT_EXIT(pass("trainer.after_step"), KilledBySignal(SIGKILL), "");
}

TEST_F(FailpointTest, OtherNamesPass) {
  plan("trainer.after_step");
  EXPECT_EXIT(pass("trainer.after"), ExitedWithCode(passed), "");
  EXPECT_EXIT(pass("trainer.after_step_2"), ExitedWithCode(passed), "");
}

TEST_F(FailpointTest, ActsAtTheNthPassageAndNotBefore) {
  plan("client.after_chunk:kill:3");
  EXPECT_EXIT(pass("client.after_chunk", /*passages=*/2), ExitedWithCode(passed), "");
  EXPECT_EXIT(pass("client.after_chunk", /*passages=*/3), KilledBySignal(SIGKILL), "");
}

TEST_F(FailpointTest, ErrorIsThrownOnceAndNamesTheFailpoint) {
  plan("checkpoint.before_rename:error:2");
  EXPECT_EXIT(pass("checkpoint.before_rename", /*passages=*/1), ExitedWithCode(passed), "");
  EXPECT_EXIT(pass("checkpoint.before_rename", /*passages=*/2), ExitedWithCode(failed),
              "checkpoint.before_rename");
}

TEST_F(FailpointTest, AfterTheErrorPassagesGoOn) {
  plan("checkpoint.before_rename:error:1");
  const auto twice = [] {
    try {
      failpoint("checkpoint.before_rename");
    } catch (const Error&) {
      pass("checkpoint.before_rename");
    }
    _exit(failed);
  };
  EXPECT_EXIT(twice(), ExitedWithCode(passed), "");
}

TEST_F(FailpointTest, StopHoldsTheProcessUntilItIsContinued) {
  plan("trainer.after_step:stop");
  const pid_t child = fork();
  ASSERT_NE(child, -1);
  if (child == 0) pass("trainer.after_step");
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, WUNTRACED), child);
  EXPECT_TRUE(WIFSTOPPED(status));
  ASSERT_EQ(::kill(child, SIGCONT), 0);
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), passed);
}

TEST_F(FailpointTest, OnlyTheProcessThatMakesTheFileActs) {
  const TemporaryFolder folder;
  const auto once = folder / "hit:here";  // a path may have colons
  plan("aggregator.after_accept:kill:1:" + once.string());
  EXPECT_EXIT(pass("aggregator.after_accept"), KilledBySignal(SIGKILL), "");
  EXPECT_TRUE(std::filesystem::exists(once));
  EXPECT_EXIT(pass("aggregator.after_accept"), ExitedWithCode(passed), "");
}

TEST_F(FailpointTest, FileThatCannotBeMadeKeepsEveryProcessFromActing) {
  const TemporaryFolder folder;
  plan("aggregator.after_accept:kill:1:" + (folder / "missing" / "hit").string());
  EXPECT_EXIT(pass("aggregator.after_accept"), ExitedWithCode(passed), "");
}

TEST_F(FailpointTest, ActsInTheNamedRankAlone) {
  plan("trainer.after_step");
  setenv("WEIR_FAILPOINT_RANK", "1", 1);
  EXPECT_EXIT(pass("trainer.after_step"), ExitedWithCode(passed), "");  // no rank at all
  setenv("OMPI_COMM_WORLD_RANK", "0", 1);
  EXPECT_EXIT(pass("trainer.after_step"), ExitedWithCode(passed), "");
  setenv("OMPI_COMM_WORLD_RANK", "1", 1);
  EXPECT_EXIT(pass("trainer.after_step"), KilledBySignal(SIGKILL), "");
}

TEST_F(FailpointTest, BuildWithoutFailpointsHasNone) {
  plan("trainer.after_step");
  EXPECT_EXIT((pass_failpoint_compiled_out(), _exit(passed)), ExitedWithCode(passed), "");
}

}  // namespace
}  // namespace weir::test

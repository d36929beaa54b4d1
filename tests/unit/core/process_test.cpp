#include "src/core/process.h"

#include <fstream>
#include <sstream>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include "src/core/error.h"
#include "tests/support/temporary_folder.h"

namespace weir {
namespace {

using testing::HasSubstr;

constexpr Duration deadline = std::chrono::seconds(20);

std::string text_of(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

class ProcessTest : public testing::Test {
 protected:
  Process start(std::vector<std::string> command,
                std::map<std::string, std::string> environment = {}) {
    return Process::spawn({.command = std::move(command),
                           .environment = std::move(environment),
                           .directory = folder_.path(),
                           .log = folder_ / "log"});
  }
  Process shell(const std::string& script) { return start({"sh", "-c", script}); }

  /// The number that the child writes into `name`, once the line is whole.
  pid_t number_in(const std::string& name) {
    const Time end = SystemClock().now() + deadline;
    std::string text;
    while (!text.ends_with('\n') && SystemClock().now() < end) {
      std::this_thread::yield();
      text = text_of(folder_ / name);
    }
    return std::atoi(text.c_str());
  }

  /// A process that is no child of ours is gone once its parent or init has reaped it; a zombie
  /// counts as gone.
  bool dies(pid_t pid) {
    const Time end = SystemClock().now() + deadline;
    while (SystemClock().now() < end) {
      const auto stat = text_of("/proc/" + std::to_string(pid) + "/stat");
      if (stat.empty() || stat.find(") Z ") != std::string::npos) return true;
      std::this_thread::yield();
    }
    return false;
  }

  test::TemporaryFolder folder_;
};

TEST_F(ProcessTest, TellsTheExitCode) {
  EXPECT_EQ(shell("exit 7").wait(deadline)->exit_code, 7);
  EXPECT_TRUE(shell("exit 0").wait(deadline)->ok());
  EXPECT_EQ(shell("exit 7").wait(deadline)->describe(), "exit code 7");
}

TEST_F(ProcessTest, TellsTheSignalThatKilledIt) {
  const auto end = shell("kill -SEGV $$").wait(deadline);
  EXPECT_EQ(end->signal, SIGSEGV);
  EXPECT_FALSE(end->ok());
  EXPECT_THAT(end->describe(), HasSubstr("killed by signal 11"));
}

TEST_F(ProcessTest, KeepsTheEndForLaterCalls) {
  auto process = shell("exit 3");
  ASSERT_TRUE(process.wait(deadline));
  EXPECT_EQ(process.poll()->exit_code, 3);
  EXPECT_EQ(process.wait(Duration::zero())->exit_code, 3);
}

TEST_F(ProcessTest, SaysNothingWhileTheChildRuns) {
  auto process = start({"sleep", "1000"});
  EXPECT_FALSE(process.poll());
  EXPECT_FALSE(process.wait(std::chrono::milliseconds(5)));
}

TEST_F(ProcessTest, PutsBothOutputsIntoTheLog) {
  shell("echo out; echo err >&2").wait(deadline);
  EXPECT_EQ(text_of(folder_ / "log"), "out\nerr\n");
}

TEST_F(ProcessTest, PassesArgumentsWithoutAShell) {
  start({"printf", "%s|", "a b", "$HOME", "; exit 9"}).wait(deadline);
  EXPECT_EQ(text_of(folder_ / "log"), "a b|$HOME|; exit 9|");
}

TEST_F(ProcessTest, AddsToTheEnvironmentAndReplacesInIt) {
  setenv("WEIR_PROCESS_TEST", "old", 1);
  start({"sh", "-c", "echo $WEIR_PROCESS_TEST $ADDED ${PATH:+path}"},
        {{"WEIR_PROCESS_TEST", "new"}, {"ADDED", "1"}})
      .wait(deadline);
  unsetenv("WEIR_PROCESS_TEST");
  EXPECT_EQ(text_of(folder_ / "log"), "new 1 path\n");
}

TEST_F(ProcessTest, RunsInTheFolderItIsGiven) {
  start({"pwd", "-P"}).wait(deadline);
  EXPECT_EQ(text_of(folder_ / "log"), std::filesystem::canonical(folder_.path()).string() + "\n");
}

TEST_F(ProcessTest, GivesTheChildNoBlockedSignalsAndNoInput) {
  sigset_t term, before;
  sigemptyset(&term);
  sigaddset(&term, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &term, &before);
  auto process = shell("cat; grep SigBlk /proc/self/status");
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  process.wait(deadline);
  EXPECT_EQ(text_of(folder_ / "log"), "SigBlk:\t0000000000000000\n");
}

TEST_F(ProcessTest, NamesAProgramThatIsNotThere) {
  try {
    start({"/nowhere/solver"});
    FAIL() << "it was started";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::environment);
    EXPECT_THAT(error.what(), HasSubstr("/nowhere/solver"));
    EXPECT_THAT(error.what(), HasSubstr("No such file"));
  }
}

TEST_F(ProcessTest, NamesAFolderThatIsNotThere) {
  try {
    Process::spawn(
        {.command = {"true"}, .environment = {}, .directory = folder_ / "gone", .log = {}});
    FAIL() << "it was started";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("gone"));
  }
}

TEST_F(ProcessTest, SignalsTheWholeGroup) {
  auto process = shell("sleep 1000 & echo $! > grandchild; wait");
  const pid_t grandchild = number_in("grandchild");
  process.signal_group(SIGTERM);
  EXPECT_EQ(process.wait(deadline)->signal, SIGTERM);
  EXPECT_TRUE(dies(grandchild));
}

TEST_F(ProcessTest, LeavesNothingInTheGroupOfAChildThatEnded) {
  auto process = shell("sleep 1000 & echo $! > grandchild");
  const pid_t grandchild = number_in("grandchild");
  EXPECT_TRUE(process.wait(deadline)->ok());
  EXPECT_TRUE(dies(grandchild));
}

TEST_F(ProcessTest, KillsDescendantsInGroupsOfTheirOwn) {
  auto process = shell("setsid sh -c 'echo $$ > grandchild; exec sleep 1000' & wait");
  const pid_t grandchild = number_in("grandchild");
  process.kill_tree();
  EXPECT_EQ(process.wait(deadline)->signal, SIGKILL);
  EXPECT_TRUE(dies(grandchild));
}

TEST_F(ProcessTest, ReapsTheChildWhenItIsDestroyed) {
  pid_t pid = 0;
  {
    auto process = start({"sleep", "1000"});
    pid = process.pid();
    EXPECT_TRUE(process_lives(pid));
  }
  EXPECT_FALSE(process_lives(pid));
}

TEST_F(ProcessTest, MovesWithItsChild) {
  auto first = start({"sleep", "1000"});
  const pid_t replaced = first.pid();
  auto second = shell("exit 4");
  first = std::move(second);
  EXPECT_FALSE(process_lives(replaced));
  EXPECT_EQ(first.wait(deadline)->exit_code, 4);
}

}  // namespace
}  // namespace weir

#include "launcher/schedulers/command_runner.h"

#include <fstream>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "src/core/error.h"
#include "src/core/process_table.h"
#include "tests/support/temporary_folder.h"

namespace weir {
namespace {

using std::chrono::seconds;
using testing::HasSubstr;

constexpr auto long_enough = seconds(30);

std::string script(const test::TemporaryFolder& folder, const std::string& text) {
  const auto path = folder.path() / "command";
  std::ofstream(path) << "#!/bin/sh\n" << text;
  std::filesystem::permissions(path, std::filesystem::perms::owner_all);
  return path.string();
}

/// Whether a process ends soon: a kill takes a moment.
bool ends(pid_t pid) {
  const Time deadline = SystemClock().now() + long_enough;
  while (SystemClock().now() < deadline) {
    const auto stat = process_stat(pid);
    if (!stat || stat->ended) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return false;
}

TEST(ProcessCommandRunner, TellsOutputErrorsAndExitCodeApart) {
  const test::TemporaryFolder folder;
  ProcessCommandRunner runner;
  const auto result = runner.run(
      {script(folder, "echo out; echo first >&2; echo last >&2; exit 7\n")}, long_enough);
  EXPECT_EQ(result.out, "out\n");
  EXPECT_EQ(result.err, "first\nlast\n");
  EXPECT_EQ(result.exit_code, 7);
  EXPECT_EQ(result.describe(), "exit code 7: last");
}

TEST(ProcessCommandRunner, KeepsVariablesBackThatACommandMustNotGet) {
  ProcessCommandRunner runner;
  setenv("WEIR_TEST_ONE", "1", 1);
  setenv("WEIR_TEST_TWO", "2", 1);
  const auto result = runner.run({"printenv", "WEIR_TEST_ONE", "WEIR_TEST_TWO"}, long_enough,
                                 {"WEIR_TEST_ONE", "WEIR_TEST"});
  EXPECT_EQ(result.out, "2\n");
}

TEST(ProcessCommandRunner, PassesEachArgumentAsItIs) {
  ProcessCommandRunner runner;
  const auto result = runner.run({"printf", "[%s]", "a b", "$(id)", ";", "ü\n"}, long_enough);
  EXPECT_EQ(result.out, "[a b][$(id)][;][ü\n]");
}

TEST(ProcessCommandRunner, KillsWhatHangsWithEverythingItStarted) {
  const test::TemporaryFolder folder;
  ProcessCommandRunner runner;
  const auto result =
      runner.run({script(folder, "sleep 1000 & echo $!; wait\n")}, std::chrono::milliseconds(500));
  EXPECT_TRUE(result.timed_out);
  EXPECT_FALSE(result.ok());
  EXPECT_THAT(result.describe(), HasSubstr("no answer in time"));
  if (result.out.empty()) GTEST_SKIP() << "it was killed before it had started anything";
  EXPECT_TRUE(ends(std::stoi(result.out)));
}

TEST(ProcessCommandRunner, GivesASignalAsAShellDoes) {
  const test::TemporaryFolder folder;
  ProcessCommandRunner runner;
  EXPECT_EQ(runner.run({script(folder, "kill -9 $$\n")}, long_enough).exit_code, 137);
}

TEST(ProcessCommandRunner, CutsAnOutputWithoutEnd) {
  const test::TemporaryFolder folder;
  ProcessCommandRunner runner;
  const auto result = runner.run({script(folder, "head -c 20000000 /dev/zero\n")}, long_enough);
  EXPECT_EQ(result.out.size(), std::size_t{16} << 20);
}

TEST(ProcessCommandRunner, SaysThatAProgramIsNotThere) {
  ProcessCommandRunner runner;
  EXPECT_THROW(runner.run({"weir-no-such-program"}, long_enough), Error);
}

}  // namespace
}  // namespace weir

#include "src/core/process_table.h"

#include <fstream>

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include "src/core/process.h"
#include "tests/support/temporary_folder.h"

namespace weir {
namespace {

constexpr Duration deadline = std::chrono::seconds(20);

Process marked(const std::string& mark) {
  return Process::spawn({.command = {"sleep", "1000"},
                         .environment = {{"WEIR_TEST_MARK", mark}},
                         .directory = {},
                         .log = {}});
}

ProcessId id_of(const Process& process) { return process_stat(process.pid()).value().id; }

TEST(ProcessTableTest, KnowsThisProcessAndItsParent) {
  const auto stat = process_stat(getpid());
  ASSERT_TRUE(stat);
  EXPECT_EQ(stat->id.pid, getpid());
  EXPECT_EQ(stat->parent, getppid());
  EXPECT_GT(stat->id.started, 0u);
  EXPECT_FALSE(stat->ended);
}

TEST(ProcessTableTest, KnowsNothingOfANumberThatNoProcessHas) {
  EXPECT_FALSE(process_stat(0));
  EXPECT_FALSE(process_lives(ProcessId{.pid = 0, .started = 0}));
}

TEST(ProcessTableTest, ReadsAFileWithItsZeros) {
  const auto line = process_file(getpid(), "cmdline");
  ASSERT_TRUE(line);
  EXPECT_EQ(line->back(), '\0');
  EXPECT_FALSE(process_file(0, "cmdline"));
}

/// As of a process that has ended since its file was opened; a folder fails in the same place.
TEST(ProcessTableTest, KnowsNothingOfAFileThatCannotBeReadToItsEnd) {
  EXPECT_FALSE(process_file(getpid(), "fd"));
}

TEST(ProcessTableTest, FindsProcessesByTheMarkInTheirEnvironment) {
  const auto mark = "one " + std::to_string(getpid());
  const auto first = marked(mark), second = marked(mark), other = marked(mark + " more");
  const auto found = processes_marked("WEIR_TEST_MARK");
  EXPECT_EQ(found.count(mark), 2u);
  EXPECT_EQ(found.count(mark + " more"), 1u);
  EXPECT_TRUE(processes_marked("WEIR_TEST_MAR").empty());
}

TEST(ProcessTableTest, FindsAProcessInTheMiddleOfAnExec) {
  const test::TemporaryFolder folder;
  std::ofstream(folder / "again") << "exec sh " << (folder / "again").string() << "\n";
  const auto mark = "exec " + std::to_string(getpid());
  const auto process = Process::spawn({.command = {"sh", (folder / "again").string()},
                                       .environment = {{"WEIR_TEST_MARK", mark}},
                                       .directory = {},
                                       .log = {}});
  for (int scan = 0; scan < 300; ++scan)
    ASSERT_EQ(processes_marked("WEIR_TEST_MARK").count(mark), 1u) << "in scan " << scan;
}

TEST(ProcessTableTest, TellsAnExecFromAProcessWithoutAnEnvironment) {
  const auto has_none = [](const std::string& flags, const std::string& environment,
                           const std::string& state = "S") {
    const std::string memory =
        " 97 0 2 0 0 0 0 0 20 0 1 0 4524633 3133440 386 9 0 0 0 0 0 0 0 0 0 0 0 0 17 1 ";
    const auto stat = parse_process_stat(7, "7 (a) b) " + state + " 5 7 7 0 -1 " + flags + memory +
                                                "0 0 0 0 0 0 0 0 0 0 " + environment + " 0");
    return stat.value().has_no_environment;
  };
  const std::string user = "4194304", kernel = "2129984", exiting = "4194308";
  EXPECT_FALSE(has_none(user, "0 0")) << "an exec";
  EXPECT_FALSE(has_none(user, "1000 1500"));
  EXPECT_TRUE(has_none(user, "1000 1000")) << "emptied";
  EXPECT_FALSE(has_none(user, "1000 1000", "R")) << "emptied, or an exec";
  EXPECT_TRUE(has_none(kernel, "0 0"));
  EXPECT_TRUE(has_none(exiting, "0 0"));
}

TEST(ProcessTableTest, CountsAProcessThatWaitsToBeReapedAsEnded) {
  const auto process = marked("zombie");
  const auto id = id_of(process);
  EXPECT_TRUE(process_lives(id));
  kill(id.pid, SIGKILL);
  const Time end = SystemClock().now() + deadline;
  while (process_lives(id) && SystemClock().now() < end) {
  }
  EXPECT_FALSE(process_lives(id));
  EXPECT_TRUE(process_stat(id.pid)) << "not reaped yet";
}

TEST(ProcessTableTest, TellsALaterProcessOfTheSameNumberFromTheOneThatWasMeant) {
  auto process = marked("number");
  auto earlier = id_of(process);
  --earlier.started;
  EXPECT_FALSE(process_lives(earlier));
  signal_process(earlier, SIGKILL);
  EXPECT_FALSE(process.poll());
}

TEST(ProcessTableTest, SignalsAProcessThatIsMeant) {
  auto process = marked("signal");
  signal_process(id_of(process), SIGTERM, /*group=*/true);
  const auto end = process.wait(deadline);
  ASSERT_TRUE(end);
  EXPECT_EQ(end->signal, SIGTERM);
}

}  // namespace
}  // namespace weir

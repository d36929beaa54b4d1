#include "src/core/process_table.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include "src/core/process.h"

namespace weir {
namespace {

constexpr Duration deadline = std::chrono::seconds(20);

Process marked(const std::string& mark) {
  return Process::spawn(
      {.command = {"sleep", "1000"}, .environment = {{"WEIR_TEST_MARK", mark}}, .directory = {}, .log = {}});
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

TEST(ProcessTableTest, FindsProcessesByTheMarkInTheirEnvironment) {
  const auto mark = "one " + std::to_string(getpid());
  const auto first = marked(mark), second = marked(mark), other = marked(mark + " more");
  auto found = processes_marked("WEIR_TEST_MARK");
  // A program that has just been started has no environment yet.
  const Time end = SystemClock().now() + deadline;
  while (found.count(mark) + found.count(mark + " more") < 3 && SystemClock().now() < end)
    found = processes_marked("WEIR_TEST_MARK");
  EXPECT_EQ(found.count(mark), 2u);
  EXPECT_EQ(found.count(mark + " more"), 1u);
  EXPECT_TRUE(processes_marked("WEIR_TEST_MAR").empty());
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

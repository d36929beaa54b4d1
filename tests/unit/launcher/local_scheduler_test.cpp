// The local scheduler with real children.

#include <fstream>
#include <sstream>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include "launcher/schedulers/local.h"
#include "src/core/error.h"
#include "tests/support/temporary_folder.h"

namespace weir {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class LocalSchedulerTest : public testing::Test {
 protected:
  JobRequest script(const std::string& text, Launch launch = Launch::direct) {
    return {.name = "weir.test.0.0",
            .command = {"sh", "-c", text},
            .ranks = 1,
            .launch = launch,
            .environment = {{"WEIR_SIM", "7"}},
            .log = folder_ / "log",
            .directory = folder_.path()};
  }

  JobReport wait(const JobId& job) { return wait(scheduler_, job); }
  static JobReport wait(LocalScheduler& scheduler, const JobId& job) {
    const Time end = SystemClock().now() + std::chrono::seconds(20);
    while (SystemClock().now() < end) {
      const auto reports = scheduler.poll();
      if (has_ended(reports.at(job).state)) return reports.at(job);
      std::this_thread::yield();
    }
    ADD_FAILURE() << "the job has not ended";
    return {};
  }

  bool appears(const std::string& name) {
    const Time end = SystemClock().now() + std::chrono::seconds(20);
    while (!std::filesystem::exists(folder_ / name) && SystemClock().now() < end)
      std::this_thread::yield();
    return std::filesystem::exists(folder_ / name);
  }

  /// The process that a script wrote into `name`; 0 when it is gone, or waits to be reaped.
  pid_t living(const std::string& name) {
    pid_t pid = 0;
    std::ifstream(folder_ / name) >> pid;
    const auto stat = process_stat(pid);
    return stat && !stat->ended ? pid : 0;
  }

  std::string log() {
    std::ostringstream text;
    text << std::ifstream(folder_ / "log").rdbuf();
    return text.str();
  }

  test::TemporaryFolder folder_;
  ManualClock clock_;
  LocalScheduler scheduler_{clock_, folder_.path(), /*grace=*/std::chrono::seconds(5)};
};

TEST_F(LocalSchedulerTest, ReportsADoneJobOnce) {
  const auto job = scheduler_.submit(script("echo sim $WEIR_SIM"));
  EXPECT_EQ(wait(job).state, JobState::done);
  EXPECT_EQ(log(), "sim 7\n");
  EXPECT_TRUE(scheduler_.poll().empty());
}

TEST_F(LocalSchedulerTest, ReportsExitCodeOfAFailedJob) {
  const auto report = wait(scheduler_.submit(script("exit 3")));
  EXPECT_EQ(report.state, JobState::failed);
  EXPECT_EQ(report.exit_code, 3);
  EXPECT_EQ(report.reason, "exit code 3");
}

TEST_F(LocalSchedulerTest, ReportsACrashWithoutAnExitCode) {
  const auto report = wait(scheduler_.submit(script("kill -SEGV $$")));
  EXPECT_EQ(report.state, JobState::failed);
  EXPECT_FALSE(report.exit_code);
  EXPECT_THAT(report.reason, HasSubstr("signal 11"));
}

TEST_F(LocalSchedulerTest, CancelsAJob) {
  const auto job = scheduler_.submit(script("sleep 1000"));
  EXPECT_EQ(scheduler_.poll().at(job).state, JobState::running);
  scheduler_.cancel(job);
  EXPECT_EQ(wait(job).state, JobState::cancelled);
}

TEST_F(LocalSchedulerTest, KillsACancelledJobThatStaysAfterTheGrace) {
  const auto job =
      scheduler_.submit(script("trap '' TERM; touch ready; while :; do sleep 0.01; done"));
  ASSERT_TRUE(appears("ready"));
  scheduler_.cancel(job);
  clock_.advance(std::chrono::milliseconds(4999));
  EXPECT_EQ(scheduler_.poll().at(job).state, JobState::running);
  clock_.advance(std::chrono::milliseconds(1));
  const auto report = wait(job);
  EXPECT_EQ(report.state, JobState::cancelled);
  EXPECT_THAT(report.reason, HasSubstr("signal 9"));
}

TEST_F(LocalSchedulerTest, KillsAtOnceWhenAsked) {
  const auto job = scheduler_.submit(script("trap '' TERM; while :; do sleep 0.01; done"));
  scheduler_.kill(job);
  EXPECT_EQ(wait(job).state, JobState::cancelled);
}

TEST_F(LocalSchedulerTest, IgnoresTheCancellationOfAJobThatIsGone) {
  const auto job = scheduler_.submit(script("exit 0"));
  wait(job);
  scheduler_.cancel(job);
  scheduler_.kill(job);
  EXPECT_TRUE(scheduler_.poll().empty());
}

TEST_F(LocalSchedulerTest, RefusesAProgramThatIsNotThere) {
  auto request = script("");
  request.command = {"/nowhere/solver"};
  EXPECT_THROW(scheduler_.submit(request), Error);
  EXPECT_TRUE(scheduler_.poll().empty());
}

TEST_F(LocalSchedulerTest, LeavesNoChildBehind) {
  pid_t pid = 0;
  {
    LocalScheduler scheduler(clock_, folder_.path());
    pid = std::stoi(scheduler.submit(script("sleep 1000")));
    ASSERT_TRUE(process_lives(pid));
  }
  EXPECT_FALSE(process_lives(pid));
}

TEST_F(LocalSchedulerTest, LeavesNothingBehindOfAJobThatFailed) {
  // A group of its own, as mpirun's ranks have: no signal to the job's group reaches it.
  const auto job = scheduler_.submit(
      script("setsid sh -c 'echo $$ > left.tmp; mv left.tmp left; exec sleep 1000' & "
             "until [ -e left ]; do sleep 0.01; done; exit 3"));
  ASSERT_TRUE(appears("left"));
  EXPECT_EQ(wait(job).exit_code, 3);
  EXPECT_EQ(living("left"), 0);
}

TEST_F(LocalSchedulerTest, LeavesNoRankBehindWhoseMpirunWasKilled) {
  const auto job = scheduler_.submit(
      script("echo $$ > rank.tmp; mv rank.tmp rank; trap '' TERM; while :; do sleep 0.01; done",
             Launch::mpirun));
  ASSERT_TRUE(appears("rank"));
  ASSERT_NE(living("rank"), 0);
  kill(std::stoi(job), SIGKILL);
  EXPECT_EQ(wait(job).state, JobState::failed);
  EXPECT_EQ(living("rank"), 0);
}

class HeirTest : public LocalSchedulerTest {
 protected:
  /// A job that an heir can find: its program runs, and so its mark can be seen.
  JobId submit_sleeper() {
    auto job = scheduler_.submit(script("touch ready; exec sleep 1000"));
    EXPECT_TRUE(appears("ready"));
    return job;
  }

  const std::string name_ = "weir.test.0.0";
  LocalScheduler heir_{clock_, folder_.path()};
};

TEST_F(HeirTest, FindsAJobThatAnotherLauncherSubmittedAndWaitsForItsEnd) {
  const auto job = scheduler_.submit(script("touch ready; until [ -e go ]; do sleep 0.01; done"));
  ASSERT_TRUE(appears("ready"));
  EXPECT_THAT(heir_.find({name_, "weir.test.9.9"}), ElementsAre(testing::Pair(name_, job)));
  EXPECT_EQ(heir_.poll().at(job).state, JobState::running);
  std::ofstream(folder_ / "go");
  const auto report = wait(heir_, job);
  EXPECT_EQ(report.state, JobState::lost);
  EXPECT_FALSE(report.exit_code);
}

TEST_F(HeirTest, FindsNoJobThatHasEndedNorOneOfAnotherStudy) {
  wait(scheduler_.submit(script("exit 0")));
  EXPECT_THAT(heir_.find({name_}), testing::IsEmpty());
  submit_sleeper();
  const test::TemporaryFolder elsewhere;
  EXPECT_THAT(LocalScheduler(clock_, elsewhere.path()).find({name_}), testing::IsEmpty());
}

TEST_F(HeirTest, FindsTheFirstProcessOfAJobNotItsChildren) {
  const auto job = scheduler_.submit(script("touch ready; sleep 1000; :", Launch::mpirun));
  ASSERT_TRUE(appears("ready"));
  EXPECT_EQ(heir_.find({name_}).at(name_), job);
}

TEST_F(HeirTest, CancelsAFoundJob) {
  const auto job = submit_sleeper();
  heir_.find({name_});
  heir_.cancel(job);
  EXPECT_EQ(wait(heir_, job).state, JobState::cancelled);
}

TEST_F(HeirTest, KillsAFoundJobWithAllItsProcesses) {
  const auto job = scheduler_.submit(
      script("setsid sh -c 'echo $$ > left.tmp; mv left.tmp left; exec sleep 1000' & wait"));
  ASSERT_TRUE(appears("left"));
  heir_.find({name_});
  heir_.kill(job);
  wait(heir_, job);
  EXPECT_EQ(living("left"), 0);
}

TEST_F(HeirTest, LeavesFoundJobsAloneAtItsEnd) {
  const auto job = submit_sleeper();
  {
    LocalScheduler another(clock_, folder_.path());
    another.find({name_});
  }
  EXPECT_EQ(scheduler_.poll().at(job).state, JobState::running);
}

TEST_F(LocalSchedulerTest, RunsTwoRanksUnderMpirun) {
  auto request = script("echo rank $OMPI_COMM_WORLD_RANK", Launch::automatic);
  request.ranks = 2;
  EXPECT_EQ(wait(scheduler_.submit(request)).state, JobState::done) << log();
  EXPECT_THAT(log(), HasSubstr("rank 0"));
  EXPECT_THAT(log(), HasSubstr("rank 1"));
}

TEST(LocalCommand, PutsMpirunBeforeSeveralRanksOrWhereItIsAskedFor) {
  JobRequest request{
      .name = "", .command = {"solver"}, .ranks = 1, .environment = {}, .log = {}, .directory = {}};
  EXPECT_THAT(local_command(request), ElementsAre("solver"));
  request.launch = Launch::mpirun;
  EXPECT_THAT(local_command(request),
              ElementsAre("mpirun", "-n", "1", "--oversubscribe", "--bind-to", "none", "solver"));
  request.launch = Launch::automatic;
  request.ranks = 4;
  EXPECT_EQ(local_command(request)[2], "4");
  request.launch = Launch::direct;
  EXPECT_THAT(local_command(request), ElementsAre("solver"));
}

}  // namespace
}  // namespace weir

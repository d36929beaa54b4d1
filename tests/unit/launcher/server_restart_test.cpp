// A server that dies or hangs: when it is started again, how, and what becomes of its clients.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "launcher/run/outcome.h"
#include "launcher/run/restart_policy.h"
#include "launcher/run/watchdog.h"
#include "tests/unit/launcher/scripted_run.h"

namespace weir {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class ServerRestartTest : public ScriptedRun {
 protected:
  ServerRestartTest() { run_.start(); }

  /// The server has died; time passes until the next one is started.
  void restarts() {
    const auto before = servers();
    server_dies();
    for (int turns = 0; turns < 700 && servers() == before; ++turns)
      ASSERT_TRUE(turn(std::chrono::milliseconds(100)));
    ASSERT_EQ(servers(), before + 1);
  }
};

JobReport ended(int exit_code) {
  return {.state = JobState::failed, .reason = "", .exit_code = exit_code};
}

TEST(RestartPolicyTest, TakesTheExitCodesOfAServersLastWordForAnEndAndAllOthersForADeath) {
  for (const int code : {0, 1, 2, 3, 130}) EXPECT_FALSE(is_death(ended(code))) << code;
  for (const int code : {4, 127, 134, 137, 139, 255}) EXPECT_TRUE(is_death(ended(code))) << code;
  EXPECT_TRUE(is_death({.state = JobState::failed, .reason = "signal 9", .exit_code = {}}));
  EXPECT_TRUE(is_death({.state = JobState::lost, .reason = "", .exit_code = {}}));
}

TEST(RestartPolicyTest, TakesWhatABatchSystemDidForADeathWhateverTheExitCode) {
  for (const auto cause : {JobCause::time_limit, JobCause::out_of_memory, JobCause::node_failure,
                           JobCause::preempted, JobCause::cancelled}) {
    auto report = ended(130);
    report.cause = cause;
    EXPECT_TRUE(is_death(report));
  }
}

TEST(RestartPolicyTest, BlamesNoServerThatMadeRoomOrWhoseTimeWasOver) {
  EXPECT_TRUE(is_death(ended(relieved_exit_code)));
  EXPECT_TRUE(is_relief(ended(relieved_exit_code)));
  EXPECT_FALSE(is_relief(ended(4)));
  EXPECT_TRUE(is_relief(
      {.state = JobState::failed, .reason = "", .exit_code = {}, .cause = JobCause::time_limit}));
  RestartPolicy policy(/*most=*/1);
  for (int relief = 0; relief < 100; ++relief) policy.after_relief();
  EXPECT_EQ(policy.restarts(), 0u);
}

TEST(RestartPolicyTest, DoublesThePauseWhileNothingIsGainedAndAllowsNoMoreThanItMay) {
  RestartPolicy policy(/*most=*/4);
  EXPECT_EQ(policy.after_death(/*advanced=*/false), std::chrono::milliseconds(500));
  EXPECT_EQ(policy.after_death(/*advanced=*/false), std::chrono::seconds(1));
  EXPECT_EQ(policy.after_death(/*advanced=*/false), std::chrono::seconds(2));
  EXPECT_EQ(policy.after_death(/*advanced=*/true), std::chrono::milliseconds(500));
  EXPECT_EQ(policy.after_death(/*advanced=*/true), std::nullopt);
  EXPECT_EQ(policy.restarts(), 4u);
}

TEST(RestartPolicyTest, NeverPausesLongerThanHalfAMinute) {
  RestartPolicy policy(/*most=*/100);
  for (int death = 0; death < 100; ++death)
    EXPECT_LE(policy.after_death(/*advanced=*/false), std::chrono::seconds(30));
}

TEST(WatchdogTest, ExpiresWithoutAStatusAndWithoutAPulseAlike) {
  Watchdog watchdog(/*limit=*/std::chrono::seconds(10), Time{});
  const auto at = [](int seconds) { return Time{} + std::chrono::seconds(seconds); };
  EXPECT_FALSE(watchdog.expired(at(9)));
  watchdog.heard(/*pulse=*/1, at(9));
  EXPECT_FALSE(watchdog.expired(at(18)));
  watchdog.heard(/*pulse=*/1, at(18));
  EXPECT_TRUE(watchdog.expired(at(19)));
  watchdog.heard(/*pulse=*/2, at(19));
  EXPECT_FALSE(watchdog.expired(at(28)));
}

TEST_F(ServerRestartTest, StartsTheSuccessorOfAServerThatMadeRoomWithoutCountingIt) {
  connect();
  for (int time = 0; time < 5; ++time) {  // more often than server_restarts allows
    say(wire::LaunchStatus{.batches = 1});
    turn();
    say(wire::LaunchStatus{.batches = 2});
    turn();
    turn();
    server_ends(JobState::failed, "exit code 5", relieved_exit_code);
    turn();
    EXPECT_EQ(run_.snapshot().phase, RunPhase::restarting);
    turn(std::chrono::milliseconds(500));
    turn();
    EXPECT_EQ(scheduler_.submitted().back().request.command.back(), "--resume");
    connect(/*epoch=*/static_cast<std::uint64_t>(time) + 1);
  }
  EXPECT_EQ(servers(), 6u);
  EXPECT_THAT(notes_, Contains(HasSubstr("made room for its successor")));
}

TEST_F(ServerRestartTest, CountsAServerWhoseTimeWasOverBeforeItHadDoneAnything) {
  connect();
  scheduler_.end(server_job(), JobState::failed, "time limit of the job", {}, JobCause::time_limit);
  turn();
  EXPECT_EQ(run_.snapshot().server_restarts, 1u);
}

TEST_F(ServerRestartTest, LetsAServerThatTheBatchSystemRunsAgainWaitInTheQueue) {
  connect();
  scheduler_.requeue(server_job());
  turn();
  EXPECT_EQ(run_.snapshot().phase, RunPhase::starting);
  turn(std::chrono::hours(5));
  turn();
  EXPECT_THAT(scheduler_.killed(), IsEmpty()) << "it is no hung server";
  scheduler_.start(server_job());
  turn();
  connect(/*epoch=*/1);
  EXPECT_EQ(servers(), 1u);
}

TEST_F(ServerRestartTest, EndsAServerThatTheBatchSystemRunsAgainAlthoughItWasToStop) {
  connect();
  scheduler_.start(server_job());
  turn();
  run_.interrupt();
  scheduler_.requeue(server_job());
  turn();
  EXPECT_THAT(scheduler_.cancelled(), ElementsAre(server_job()));
  turn();
  EXPECT_FALSE(turn());
  EXPECT_TRUE(run_.server_end().interrupted);
}

TEST_F(ServerRestartTest, EndsTheStudyWhenTheBatchSystemRefusesTheServer) {
  scheduler_.end(server_job(), JobState::failed, "Invalid account", {}, JobCause::never_ran);
  turn();
  EXPECT_THAT(run_.server_end().failure, HasSubstr("never ran: Invalid account"));
  EXPECT_EQ(servers(), 1u);
}

TEST_F(ServerRestartTest, EndsTheStudyAtOnceWhenTheServerCannotBeLoaded) {
  std::filesystem::create_directories(directory_.logs());
  posix_file_system().replace(server_job_log(directory_),
                              "weir-server: error while loading shared libraries: libtorch.so: "
                              "cannot open shared object file\n----\nmpirun: it ended early\n",
                              0600);
  server_ends(JobState::failed, "exit code 127", 127);
  EXPECT_FALSE(turn());
  EXPECT_EQ(servers(), 1u);
  EXPECT_THAT(run_.server_end().failure,
              testing::AllOf(HasSubstr("could not be loaded (exit code 127"),
                             HasSubstr("libtorch.so: cannot open shared object file)"),
                             HasSubstr("launcher.server.modules")));
}

TEST_F(ServerRestartTest, StartsAServerAgainThatCannotBeLoadedWhereOneHasRun) {
  connect();
  server_ends(JobState::failed, "exit code 127", 127);
  turn();
  EXPECT_EQ(run_.snapshot().phase, RunPhase::restarting);
}

TEST_F(ServerRestartTest, StartsADeadServerAgainFromItsCheckpointAndSaysWhy) {
  connect();
  server_dies();
  EXPECT_TRUE(turn(std::chrono::milliseconds(499)));
  EXPECT_EQ(run_.snapshot().phase, RunPhase::restarting);
  EXPECT_EQ(servers(), 1u);
  turn();
  turn();
  ASSERT_EQ(servers(), 2u);
  EXPECT_EQ(scheduler_.submitted().back().request.command.back(), "--resume");
  EXPECT_EQ(run_.snapshot().server_restarts, 1u);
  EXPECT_THAT(notes_, Contains("the server died: exit code 137; it starts again from its newest "
                               "checkpoint in 0.5 s (restart 1 of at most 3)"));
}

TEST_F(ServerRestartTest, LeavesTheFirstServerWithoutResume) {
  EXPECT_THAT(scheduler_.submitted().at(0).request.command, Not(Contains("--resume")));
}

class FinalExitCodeTest : public ScriptedRun, public testing::WithParamInterface<int> {};

TEST_P(FinalExitCodeTest, EndsTheStudy) {
  run_.start();
  connect();
  server_ends(JobState::failed, "exit code", GetParam());
  EXPECT_FALSE(turn());
  EXPECT_EQ(servers(), 1u);
  EXPECT_EQ(run_.server_end().report.exit_code, GetParam());
}

INSTANTIATE_TEST_SUITE_P(All, FinalExitCodeTest, testing::Values(0, 1, 2, 3, 130));

TEST_F(ServerRestartTest, TakesADeathAfterTheResultForTheEnd) {
  connect();
  posix_file_system().replace(directory_.summary(), R"({"status": "done"})", 0600);
  server_dies();
  EXPECT_FALSE(turn());
  EXPECT_EQ(servers(), 1u);
}

TEST_F(ServerRestartTest, ConnectsToTheNextEpochNeverToTheOneThatDied) {
  connect();
  restarts();
  heard<wire::LaunchHello>();
  turn(std::chrono::seconds(2));
  turn();
  EXPECT_THAT(heard<wire::LaunchHello>(), IsEmpty()) << "the old endpoint file is still there";
  connect(/*epoch=*/1);
}

TEST_F(ServerRestartTest, LetsClientsRunOnAndTellsTheNextServerOfThem) {
  connect();
  run_simulation(0);
  run_simulation(1);
  scheduler_.end(job(1), JobState::done);
  turn();
  say(wire::LaunchAck{.sim = 1, .attempt = 0});
  turn();
  turn();
  restarts();
  EXPECT_THAT(scheduler_.cancelled(), IsEmpty());
  publish_endpoint(/*epoch=*/1);
  heard<wire::LaunchHello>();
  turn();
  turn();
  const auto hellos = heard<wire::LaunchHello>();
  ASSERT_FALSE(hellos.empty());
  EXPECT_THAT(hellos[0].sims, ElementsAre(0u, 1u));
  EXPECT_THAT(hellos[0].attempts, ElementsAre(0u, 0u));
  EXPECT_THAT(hellos[0].alive, ElementsAre(1u, 0u));
}

TEST_F(ServerRestartTest, ForgetsWhatTheDeadServerAskedForAndWasNotSubmitted) {
  connect();
  run_simulation(0);
  run_simulation(1);
  say(wire::LaunchRun{.sim = 2, .attempt = 0, .parameters = {0.5}});
  turn();
  turn();
  ASSERT_EQ(run_.snapshot().queued, 1u);
  server_dies();
  turn();
  EXPECT_EQ(run_.snapshot().queued, 0u);
}

TEST_F(ServerRestartTest, TellsTheNextServerOfAnEndThatTheDeadOneNeverAcknowledged) {
  connect();
  run_simulation(0);
  server_dies();
  turn();
  scheduler_.end(job(0), JobState::failed, "exit code 7", 7);
  turn(std::chrono::seconds(1));
  turn();
  connect(/*epoch=*/1);
  const auto ends = heard<wire::LaunchEnded>();
  ASSERT_FALSE(ends.empty());
  EXPECT_EQ(ends[0].reason, "exit code 7");
  EXPECT_EQ(ends[0].attempt, 0u);
}

TEST_F(ServerRestartTest, KillsAServerWhosePulseStandsStillAndStartsItAgain) {
  connect();
  run_simulation(0);
  for (int second = 0; second < 60; ++second) {
    EXPECT_THAT(scheduler_.killed(), IsEmpty()) << second;
    say(wire::LaunchStatus{.pulse = 0});
    turn(std::chrono::seconds(1));
  }
  const auto hung = server_job();
  turn();
  EXPECT_THAT(scheduler_.killed(), ElementsAre(hung));
  turn(std::chrono::milliseconds(500));
  turn();
  EXPECT_EQ(servers(), 2u);
  EXPECT_THAT(notes_, Contains(HasSubstr("no sign of life for 60 s (launcher.watchdog)")));
}

TEST_F(ServerRestartTest, LeavesAServerWithAPulseAlone) {
  connect();
  for (std::uint64_t second = 0; second < 200; ++second) {
    say(wire::LaunchStatus{.pulse = second});
    turn(std::chrono::seconds(1));
  }
  EXPECT_THAT(scheduler_.killed(), IsEmpty());
}

TEST_F(ServerRestartTest, KillsAServerThatFallsSilent) {
  connect();
  turn(std::chrono::seconds(60));
  turn();
  EXPECT_THAT(scheduler_.killed(), Contains("1"));
}

TEST_F(ServerRestartTest, KillsAServerThatDoesNotAnswerInTimeAndStartsItAgain) {
  turn(std::chrono::seconds(119));
  turn(std::chrono::seconds(1));
  EXPECT_THAT(scheduler_.killed(), IsEmpty());
  turn();
  EXPECT_THAT(scheduler_.killed(), ElementsAre("1"));
  turn(std::chrono::milliseconds(500));
  turn();
  EXPECT_EQ(servers(), 2u);
  EXPECT_THAT(notes_, Contains(HasSubstr("launcher.server_start")));
}

TEST_F(ServerRestartTest, WaitsUntilNothingIsLeftOfAKilledServer) {
  connect();
  scheduler_.ignore_kill();
  turn(std::chrono::seconds(60));
  for (int second = 0; second < 10; ++second) turn(std::chrono::seconds(1));
  EXPECT_EQ(servers(), 1u);
  EXPECT_EQ(scheduler_.killed().size(), 1u);
}

TEST_F(ServerRestartTest, GivesUpAfterAsManyRestartsAsAreAllowed) {
  for (int death = 0; death < 3; ++death) restarts();
  server_dies();
  EXPECT_FALSE(turn());
  EXPECT_EQ(servers(), 4u);
  EXPECT_EQ(run_.server_end().failure,
            "the server died again after 3 restarts, and launcher.server_restarts allows no more; "
            "the last time: the server died: exit code 137");
  const auto outcome = decide_outcome({}, run_.server_end(), "", directory_);
  EXPECT_EQ(outcome.exit_code, 1);
}

TEST_F(ServerRestartTest, TriesAgainWhenTheSchedulerDoesNotTakeTheServer) {
  connect();
  server_dies();
  scheduler_.refuse("the scheduler is away");
  turn(std::chrono::milliseconds(500));
  turn(std::chrono::seconds(1));
  EXPECT_THAT(notes_, Contains(HasSubstr("could not be started: the scheduler is away")));
  scheduler_.refuse("");
  turn();
  EXPECT_EQ(servers(), 2u);
}

TEST_F(ServerRestartTest, EndsWhenItIsInterruptedBetweenTwoServers) {
  connect();
  run_simulation(0);
  server_dies();
  turn();
  run_.interrupt();
  EXPECT_FALSE(turn());
  EXPECT_EQ(servers(), 1u);
  EXPECT_TRUE(run_.server_end().interrupted);
  EXPECT_THAT(scheduler_.cancelled(), ElementsAre(job(0)));
}

TEST_F(ServerRestartTest, RemovesTheSummaryOfAServerThatDiedAfterAFailure) {
  posix_file_system().replace(directory_.summary(), R"({"status": "failed"})", 0600);
  restarts();
  EXPECT_FALSE(posix_file_system().exists(directory_.summary()));
}

}  // namespace
}  // namespace weir

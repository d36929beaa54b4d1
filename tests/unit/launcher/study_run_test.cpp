// A run from the server's start to its end, in order or by the user's wish.

#include "launcher/run/study_run.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "src/core/error.h"
#include "tests/unit/launcher/scripted_run.h"

namespace weir {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class StudyRunTest : public ScriptedRun {
 protected:
  StudyRunTest() { run_.start(); }
};

TEST_F(StudyRunTest, StartsTheServerFirst) {
  ASSERT_THAT(scheduler_.submitted(), SizeIs(1));
  EXPECT_EQ(scheduler_.submitted()[0].request.name, "weir.toy.server");
  EXPECT_TRUE(turn());
  EXPECT_EQ(run_.snapshot().phase, RunPhase::starting);
}

TEST_F(StudyRunTest, SaysHelloEverySecondUntilTheServerAnswersAndThenEveryTwo) {
  publish_endpoint();
  turn();
  turn(std::chrono::seconds(1));
  turn(std::chrono::seconds(1));
  turn();
  const auto hellos = heard<wire::LaunchHello>();
  ASSERT_THAT(hellos, SizeIs(3));
  EXPECT_EQ(hellos[0].study, study_id);
  EXPECT_EQ(hellos[0].capacity, 2u);
  say(wire::LaunchStatus{});
  turn(std::chrono::seconds(1));
  turn();
  heard<wire::LaunchHello>();
  for (int second = 0; second < 10; ++second) turn(std::chrono::seconds(1));
  turn();
  EXPECT_THAT(heard<wire::LaunchHello>(), SizeIs(5));
}

TEST_F(StudyRunTest, RunsASimulationAndReportsItsEndUntilItIsAcknowledged) {
  connect();
  say(wire::LaunchRun{.sim = 3, .attempt = 0, .parameters = {0.5}});
  turn();
  turn();
  ASSERT_NE(job(3), "");
  scheduler_.end(job(3), JobState::failed, "exit code 7", 7);
  turn();
  turn(std::chrono::seconds(1));
  turn();
  const auto reports = heard<wire::LaunchEnded>();
  ASSERT_GE(reports.size(), 2u);
  EXPECT_EQ(reports[0].sim, 3u);
  EXPECT_EQ(reports[0].end, wire::JobEnd::failed);
  EXPECT_EQ(reports[0].reason, "exit code 7");
  say(wire::LaunchAck{.sim = 3, .attempt = 0});
  turn();
  turn();
  heard<wire::LaunchEnded>();
  turn(std::chrono::seconds(2));
  turn();
  EXPECT_THAT(heard<wire::LaunchEnded>(), IsEmpty());
}

TEST_F(StudyRunTest, EndsWithTheServerAndCancelsWhatStillRuns) {
  connect();
  scheduler_.ignore_cancel();
  say(wire::LaunchRun{.sim = 0, .attempt = 0, .parameters = {0.5}});
  turn();
  turn();
  server_ends(JobState::done, "exit code 0", 0);
  EXPECT_TRUE(turn());
  EXPECT_THAT(scheduler_.cancelled(), ElementsAre(job(0)));
  EXPECT_EQ(run_.snapshot().phase, RunPhase::ending);
  scheduler_.end(job(0), JobState::cancelled);
  EXPECT_FALSE(turn());
  EXPECT_EQ(run_.server_end().report.exit_code, 0);
}

TEST_F(StudyRunTest, GoesOnAfterTheLastSimulationUntilTheServerEnds) {
  connect();
  say(wire::LaunchStatus{.over = 1});
  turn();
  turn();
  EXPECT_TRUE(turn());
  EXPECT_THAT(notes_, testing::Contains(HasSubstr("no more simulations")));
}

TEST_F(StudyRunTest, EndsWhenTheServerFailsBeforeItListens) {
  server_ends(JobState::failed, "exit code 2", 2);
  EXPECT_FALSE(turn());
  EXPECT_EQ(run_.server_end().report.exit_code, 2);
}

TEST_F(StudyRunTest, RefusesAnEndpointFileThatOthersCanWrite) {
  publish_endpoint();
  std::filesystem::permissions(directory_.endpoint(), std::filesystem::perms(0666));
  EXPECT_THROW(turn(), Error);
}

TEST_F(StudyRunTest, AsksTheServerToStopAndEndsClientsWhenItAgrees) {
  connect();
  say(wire::LaunchRun{.sim = 0, .attempt = 0, .parameters = {0.5}});
  turn();
  turn();
  run_.interrupt();
  turn();
  turn();
  EXPECT_THAT(heard<wire::LaunchStop>(), SizeIs(1));
  EXPECT_THAT(scheduler_.cancelled(), IsEmpty());
  say(wire::LaunchStopping{});
  turn();
  turn();
  EXPECT_THAT(scheduler_.cancelled(), ElementsAre(job(0)));
  server_ends(JobState::failed, "exit code 130", 130);
  EXPECT_FALSE(turn());
  EXPECT_TRUE(run_.server_end().interrupted);
}

TEST_F(StudyRunTest, StartsNothingAfterAnInterrupt) {
  connect();
  run_.interrupt();
  say(wire::LaunchRun{.sim = 0, .attempt = 0, .parameters = {0.5}});
  turn();
  turn();
  EXPECT_THAT(scheduler_.submitted(), SizeIs(1));
}

TEST_F(StudyRunTest, KillsEverythingAtTheSecondInterrupt) {
  connect();
  say(wire::LaunchRun{.sim = 0, .attempt = 0, .parameters = {0.5}});
  turn();
  turn();
  run_.interrupt();
  turn();
  run_.interrupt();
  EXPECT_THAT(scheduler_.killed(), ElementsAre(server_job(), job(0)));
  EXPECT_FALSE(turn());
}

TEST_F(StudyRunTest, CancelsAServerThatIsInterruptedBeforeItAnswers) {
  turn();
  run_.interrupt();
  EXPECT_THAT(scheduler_.cancelled(), ElementsAre(server_job()));
  EXPECT_FALSE(turn());
  EXPECT_TRUE(run_.server_end().interrupted);
}

TEST_F(StudyRunTest, EndsAServerThatDoesNotAgreeToStop) {
  connect();
  run_.interrupt();
  turn(std::chrono::seconds(30));
  turn();
  EXPECT_THAT(scheduler_.cancelled(), ElementsAre(server_job()));
  EXPECT_THAT(run_.server_end().failure, HasSubstr("did not answer"));
}

TEST_F(StudyRunTest, EndsAServerThatAgreedToStopAndDoesNot) {
  connect();
  run_.interrupt();
  turn();
  turn();
  heard<wire::LaunchStop>();
  say(wire::LaunchStopping{});
  turn();
  turn(std::chrono::minutes(9));
  turn();
  EXPECT_THAT(scheduler_.cancelled(), IsEmpty());
  turn(std::chrono::minutes(1));
  turn();
  EXPECT_THAT(scheduler_.cancelled(), ElementsAre(server_job()));
}

class ClientsFirstTest : public ScriptedRun {
 protected:
  ClientsFirstTest() : ScriptedRun(clients_first()) { scheduler_.has_no_clients(); }

  static Study clients_first() {
    Study study = toy_study();
    study.launcher.start = StartOrder::clients_first;
    return study;
  }
};

TEST_F(ClientsFirstTest, StartsTheServerOnceThereAreClientResources) {
  run_.start();
  EXPECT_TRUE(turn());
  EXPECT_THAT(scheduler_.submitted(), IsEmpty());
  EXPECT_EQ(run_.snapshot().phase, RunPhase::waiting);
  scheduler_.has_clients();
  EXPECT_TRUE(turn());
  ASSERT_THAT(scheduler_.submitted(), SizeIs(1));
  EXPECT_EQ(scheduler_.submitted()[0].request.name, "weir.toy.server");
  connect();
}

TEST_F(ClientsFirstTest, EndsAtOnceWhenTheUserDoesNotWantToWait) {
  run_.start();
  turn();
  run_.interrupt();
  EXPECT_FALSE(turn());
  EXPECT_THAT(scheduler_.submitted(), IsEmpty());
}

TEST_F(ClientsFirstTest, GoesOnWithAServersWorkOnceThereAreClientResources) {
  run_.resume({});
  EXPECT_EQ(run_.snapshot().phase, RunPhase::waiting);
  scheduler_.has_clients();
  turn();
  ASSERT_THAT(scheduler_.submitted(), SizeIs(1));
  EXPECT_EQ(scheduler_.submitted()[0].request.command.back(), "--resume");
}

}  // namespace
}  // namespace weir

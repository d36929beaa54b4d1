// A run against a scripted server: real messages over a network in memory, a fake scheduler, a
// clock that tests move.

#include "launcher/study_run.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "launcher/jobs.h"
#include "src/core/error.h"
#include "src/wire/endpoint_file.h"
#include "src/wire/memory_channel.h"
#include "tests/support/fake_scheduler.h"
#include "tests/support/temporary_folder.h"

namespace weir {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr std::uint64_t study_id = 17;

class StudyRunTest : public testing::Test {
 protected:
  StudyRunTest() {
    std::filesystem::create_directories(directory_.run());
    run_.start();
  }

  static Study toy_study() {
    Study study;
    study.name = "toy";
    study.parameters = {{.name = "a", .lower = 0, .upper = 1, .unit = ""}};
    study.simulation.command = {"solver"};
    study.launcher.jobs = 2;
    study.launcher.server_start = 120;
    return study;
  }

  // ---- the server's side
  void publish_endpoint() {
    wire::write_endpoint_file(posix_file_system(), directory_.endpoint(),
                              {.study = study_id,
                               .schema = 1,
                               .epoch = 0,
                               .endpoints = {"inproc://rank0"},
                               .fields = {{"u", 4}},
                               .steps = 10,
                               .parameters = {"a"},
                               .window_bytes = 1024,
                               .timeout = 10});
  }
  /// What the launcher said since the last call; the peer is remembered.
  template <class M>
  std::vector<M> heard() {
    while (const auto frame = server_->try_receive()) {
      peer_ = frame->peer();
      inbox_.push_back(std::get<wire::Decoded>(wire::decode(frame->bytes()).value).message);
    }
    std::vector<M> found;
    for (const auto& message : inbox_)
      if (const auto* one = std::get_if<M>(&message)) found.push_back(*one);
    std::erase_if(inbox_,
                  [](const wire::Message& message) { return std::holds_alternative<M>(message); });
    return found;
  }
  void say(const wire::Message& message) {
    server_->send(peer_, std::make_shared<std::vector<std::byte>>(wire::encode(message)));
  }
  void server_ends(JobState state, std::string reason, std::optional<int> exit_code) {
    scheduler_.end(server_job_, state, std::move(reason), exit_code);
  }

  // ---- the launcher's side
  /// One turn of the launcher's loop; frames travel in it, as wait() lets time pass.
  bool turn(Duration pause = std::chrono::milliseconds(1)) {
    const bool goes_on = run_.tick();
    clock_.advance(pause);
    return goes_on;
  }
  void connect() {
    publish_endpoint();
    turn();
    turn();
    ASSERT_THAT(heard<wire::LaunchHello>(), SizeIs(1));
    say(wire::LaunchStatus{});
    turn();
    turn();
    ASSERT_EQ(run_.snapshot().phase, RunPhase::running);
  }
  JobId job(std::uint64_t sim) { return scheduler_.find("weir.toy." + std::to_string(sim) + ".0"); }

  const Study study_ = toy_study();
  test::TemporaryFolder folder_;
  StudyDirectory directory_{folder_.path()};
  ManualClock clock_;
  test::FakeScheduler scheduler_;
  wire::MemoryNetwork network_{clock_, /*seed=*/1};
  std::unique_ptr<wire::ServerChannel> server_ = network_.bind();
  wire::Peer peer_;
  std::vector<wire::Message> inbox_;
  Journal journal_{posix_file_system(), folder_ / "journal.jsonl"};
  std::vector<std::string> notes_;
  StudyRun run_{study_, directory_, server_job(study_, directory_, "/bin/weir-server", ""),
                RunSurroundings{
                    .scheduler = scheduler_,
                    .files = posix_file_system(),
                    .clock = clock_,
                    .journal = journal_,
                    .note = [this](NoteLevel, const std::string& text) { notes_.push_back(text); },
                    .connect = [this](const auto&) { return network_.connect(); }}};
  const JobId server_job_ = "1";
};

TEST_F(StudyRunTest, StartsTheServerFirst) {
  ASSERT_THAT(scheduler_.submitted(), SizeIs(1));
  EXPECT_EQ(scheduler_.submitted()[0].request.name, "weir.toy.server");
  EXPECT_TRUE(turn());
  EXPECT_EQ(run_.snapshot().phase, RunPhase::starting);
}

TEST_F(StudyRunTest, SaysHelloEverySecondUntilTheServerAnswers) {
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
  turn(std::chrono::seconds(1));
  turn(std::chrono::seconds(1));
  EXPECT_THAT(heard<wire::LaunchHello>().size(), testing::Le(1u));
  turn(std::chrono::seconds(1));
  EXPECT_THAT(heard<wire::LaunchHello>(), IsEmpty());
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

TEST_F(StudyRunTest, EndsAServerThatDoesNotAnswerInTime) {
  clock_.advance(std::chrono::seconds(119));
  turn();
  EXPECT_THAT(scheduler_.cancelled(), IsEmpty());
  clock_.advance(std::chrono::seconds(1));
  turn();
  EXPECT_THAT(scheduler_.cancelled(), ElementsAre(server_job_));
  EXPECT_FALSE(turn());
  EXPECT_THAT(run_.server_end().failure, HasSubstr("launcher.server_start"));
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
  EXPECT_THAT(scheduler_.killed(), ElementsAre(server_job_, job(0)));
  EXPECT_FALSE(turn());
}

TEST_F(StudyRunTest, CancelsAServerThatIsInterruptedBeforeItAnswers) {
  turn();
  run_.interrupt();
  EXPECT_THAT(scheduler_.cancelled(), ElementsAre(server_job_));
  EXPECT_FALSE(turn());
  EXPECT_TRUE(run_.server_end().interrupted);
}

TEST_F(StudyRunTest, EndsAServerThatDoesNotAgreeToStop) {
  connect();
  run_.interrupt();
  turn(std::chrono::seconds(30));
  turn();
  EXPECT_THAT(scheduler_.cancelled(), ElementsAre(server_job_));
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
  EXPECT_THAT(scheduler_.cancelled(), ElementsAre(server_job_));
}

}  // namespace
}  // namespace weir

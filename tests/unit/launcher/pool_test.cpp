// The pool over a scheduler that a test scripts; the test plays the pilots.

#include "launcher/schedulers/pool.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "launcher/schedulers/job_file.h"
#include "src/core/error.h"
#include "tests/support/fake_scheduler.h"
#include "tests/support/faulty_file_system.h"
#include "tests/support/temporary_folder.h"

namespace weir {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Key;
using testing::Not;
using testing::UnorderedElementsAre;

constexpr const char* first = "weir.s.pilot.1";
constexpr const char* second = "weir.s.pilot.2";

class PoolTest : public testing::Test {
 protected:
  PoolTest() { std::filesystem::create_directories(directory_.logs()); }

  static PoolSettings settings() {
    return {.prefix = "weir.s.pilot.",
            .program = "/bin/weir-pilot",
            .pilots = 2,
            .ranks = 3,
            .idle = 60,
            .simulation_limit = 0,
            .job_limit = 0,
            .retry = 5};
  }
  std::unique_ptr<PoolScheduler> make(PoolSettings with = settings()) {
    return std::make_unique<PoolScheduler>(base_, directory_, with, files_, clock_);
  }
  JobRequest simulation(const std::string& name) {
    return {.name = name,
            .role = JobRole::simulation,
            .command = {"solver"},
            .ranks = 3,
            .launch = Launch::automatic,
            .environment = {},
            .log = directory_.logs() / "sim.log",
            .directory = directory_.root};
  }
  /// Reports of the next turn of the launcher.
  std::map<JobId, JobReport> poll() {
    clock_.advance(std::chrono::milliseconds(100));
    auto reports = pool_->poll();
    for (const auto& [job, report] : reports)
      if (report.state == JobState::failed) failed_.push_back(report.reason);
    return reports;
  }
  PilotOrders orders(const std::string& pilot) {
    return read_orders(files_, folder_.orders(pilot)).value();
  }
  void say(const std::string& pilot, const PilotState& state) {
    write_state(files_, folder_.state(pilot), state);
  }
  void is_free(const std::string& pilot, std::optional<double> seconds_left = {}) {
    say(pilot, {.number = 0, .phase = PilotPhase::free, .seconds_left = seconds_left});
  }
  void runs(const std::string& pilot, std::uint64_t number) {
    say(pilot, {.number = number, .phase = PilotPhase::running});
  }
  void ended(const std::string& pilot, std::uint64_t number, JobReport end) {
    say(pilot, {.number = number, .phase = PilotPhase::free, .end = end});
  }
  static JobReport done() {
    return {.state = JobState::done, .reason = "exit code 0", .exit_code = 0};
  }
  /// Pilot 1 runs "a" as its task 1.
  void start_one() {
    pool_->submit(simulation("a"));
    poll();
    is_free(first);
    poll();
    runs(first, 1);
    ASSERT_EQ(poll().at("a").state, JobState::running);
  }
  bool has_job_file(const std::string& name) {
    return std::filesystem::exists(job_file_path(directory_, name));
  }

  test::TemporaryFolder temporary_;
  FileSystem& files_ = posix_file_system();
  StudyDirectory directory_{temporary_.path()};
  PoolFolder folder_{directory_};
  ManualClock clock_;
  test::FakeScheduler base_;
  std::unique_ptr<PoolScheduler> pool_ = make();
  std::vector<std::string> failed_;  ///< why
};

TEST_F(PoolTest, SubmitsAPilotWithRoomForTheRanksOfASimulation) {
  EXPECT_EQ(pool_->submit(simulation("a")), "a");
  EXPECT_EQ(poll().at("a").state, JobState::pending);
  ASSERT_EQ(base_.submitted().size(), 1U);
  const auto& pilot = base_.submitted()[0].request;
  EXPECT_EQ(pilot.name, first);
  EXPECT_EQ(pilot.role, JobRole::simulation);
  EXPECT_THAT(pilot.command, ElementsAre("/bin/weir-pilot", directory_.root.string(), first));
  EXPECT_EQ(pilot.ranks, 3U);
  EXPECT_EQ(pilot.launch, Launch::direct);
  EXPECT_EQ(pilot.log, directory_.logs() / "pilot.1.log");
}

TEST_F(PoolTest, SubmitsTheServerToTheBase) {
  auto server = simulation("weir.s.server");
  server.role = JobRole::server;
  EXPECT_EQ(pool_->submit(server), "1");
  EXPECT_EQ(poll().at("1").state, JobState::running);
  pool_->cancel("1");
  EXPECT_THAT(base_.cancelled(), ElementsAre("1"));
}

TEST_F(PoolTest, GivesAFreePilotOneSimulationAfterAnother) {
  start_one();
  EXPECT_EQ(orders(first).name, "a");
  ended(first, 1, done());
  EXPECT_EQ(poll().at("a").state, JobState::done);
  EXPECT_FALSE(has_job_file("a"));
  pool_->submit(simulation("b"));
  EXPECT_THAT(poll(), Not(Contains(Key("a"))));
  EXPECT_EQ(orders(first).number, 2U);
  EXPECT_EQ(orders(first).name, "b");
  EXPECT_EQ(base_.submitted().size(), 1U);
}

TEST_F(PoolTest, SubmitsNoMorePilotsThanAllowedAndThanSimulationsWant) {
  for (const char* name : {"a", "b", "c"}) pool_->submit(simulation(name));
  for (int turn = 0; turn < 3; ++turn) poll();
  EXPECT_EQ(base_.submitted().size(), 2U);
}

TEST_F(PoolTest, ReportsATaskAsEndedWithTheCauseOfItsPilotsEnd) {
  start_one();
  base_.end("1", JobState::failed, "node failure");
  const auto report = poll().at("a");
  EXPECT_EQ(report.state, JobState::failed);
  EXPECT_THAT(report.reason, HasSubstr("its pilot weir.s.pilot.1 has ended: node failure"));
  EXPECT_EQ(orders(first).leave, PilotLeave::now);  // should it live on
  EXPECT_FALSE(has_job_file("a"));
}

TEST_F(PoolTest, GivesATaskThatItsPilotNeverTookToAnother) {
  pool_->submit(simulation("a"));
  poll();
  is_free(first);
  poll();
  ASSERT_EQ(orders(first).name, "a");
  base_.end("1", JobState::failed, "node failure");
  EXPECT_EQ(poll().at("a").state, JobState::pending);
  is_free(second);
  poll();
  EXPECT_EQ(orders(second).name, "a");
  EXPECT_TRUE(has_job_file("a"));
}

TEST_F(PoolTest, GivesATaskToAnotherWhenItsPilotWentInstead) {
  pool_->submit(simulation("a"));
  poll();
  is_free(first);
  poll();
  say(first, {.number = 0, .phase = PilotPhase::gone});
  EXPECT_EQ(poll().at("a").state, JobState::pending);
  is_free(second);
  poll();
  EXPECT_EQ(orders(second).name, "a");
}

TEST_F(PoolTest, GivesNoTaskOfAPilotAwayBeforeThePilotCanKnow) {
  test::FaultyFileSystem disk(files_, /*first_failure=*/static_cast<std::size_t>(-1));
  pool_ = std::make_unique<PoolScheduler>(base_, directory_, settings(), disk, clock_);
  pool_->submit(simulation("a"));
  poll();
  is_free(first);
  poll();
  disk.fail_from(0);
  base_.end("1", JobState::failed, "node failure");
  poll();
  disk.repair();
  runs(first, 1);  // it took the task while its orders could not be changed
  EXPECT_EQ(poll().at("a").state, JobState::failed);
}

TEST_F(PoolTest, GivesNothingToAPilotThatHasTooLittleTimeLeft) {
  auto with = settings();
  with.simulation_limit = 100;
  pool_ = make(with);
  pool_->submit(simulation("a"));
  poll();
  is_free(first, /*seconds_left=*/150);
  poll();
  runs(first, 1);
  poll();
  clock_.advance(std::chrono::seconds(60));
  ended(first, 1, done());
  poll();
  pool_->submit(simulation("b"));
  poll();
  EXPECT_EQ(orders(first).number, 1U);
  EXPECT_EQ(orders(first).leave, PilotLeave::when_free);
  ASSERT_EQ(base_.submitted().size(), 2U);
  is_free(second, /*seconds_left=*/150);
  poll();
  EXPECT_EQ(orders(second).name, "b");
}

TEST_F(PoolTest, DoesNotBlameATaskThatStartedLateForThePilotsTimeLimit) {
  start_one();
  ended(first, 1, done());
  poll();
  pool_->submit(simulation("b"));
  poll();
  runs(first, 2);
  poll();
  base_.end("1", JobState::failed, "time limit", {}, JobCause::time_limit);
  EXPECT_EQ(poll().at("b").cause, JobCause::preempted);
}

TEST_F(PoolTest, BlamesATaskThatHadAWholePilotsTime) {
  start_one();
  base_.end("1", JobState::failed, "time limit", {}, JobCause::time_limit);
  EXPECT_EQ(poll().at("a").cause, JobCause::time_limit);
}

TEST_F(PoolTest, CancelsWhatWaitsAtOnceAndTellsThePilotOfWhatRuns) {
  start_one();
  pool_->submit(simulation("b"));
  pool_->cancel("b");
  EXPECT_EQ(poll().at("b").state, JobState::cancelled);
  EXPECT_FALSE(has_job_file("b"));
  pool_->cancel("a");
  EXPECT_EQ(orders(first).wish, TaskWish::cancel);
  pool_->kill("a");
  EXPECT_EQ(orders(first).wish, TaskWish::kill);
  EXPECT_EQ(poll().at("a").state, JobState::running);
}

TEST_F(PoolTest, EndsAPilotThatDoesNotHeed) {
  start_one();
  pool_->cancel("a");
  clock_.advance(std::chrono::seconds(59));
  poll();
  EXPECT_THAT(base_.killed(), IsEmpty());
  clock_.advance(std::chrono::seconds(1));
  poll();
  EXPECT_THAT(base_.killed(), ElementsAre("1"));
  EXPECT_EQ(poll().at("a").state, JobState::cancelled);
}

TEST_F(PoolTest, FailsASimulationWhenNoPilotIsAccepted) {
  base_.refuse("invalid partition");
  pool_->submit(simulation("a"));
  pool_->submit(simulation("b"));
  poll();
  const auto report = poll();
  EXPECT_THAT(report, Not(Contains(Key("a"))));
  EXPECT_EQ(report.at("b").state, JobState::pending);  // not before the next try
  clock_.advance(std::chrono::seconds(5));
  const auto next = poll().at("b");
  EXPECT_EQ(next.cause, JobCause::never_ran);
  EXPECT_THAT(next.reason, HasSubstr("invalid partition"));
}

TEST_F(PoolTest, FailsASimulationWhenPilotsEndBeforeTheySayAWord) {
  pool_->submit(simulation("a"));
  for (const char* job : {"1", "2"}) {
    poll();
    base_.end(job, JobState::failed, "exit code 127", 127);
    EXPECT_EQ(poll().at("a").state, JobState::pending);
  }
  poll();
  base_.end("3", JobState::failed, "exit code 127", 127);
  const auto report = poll().at("a");
  EXPECT_EQ(report.cause, JobCause::never_ran);
  EXPECT_THAT(report.reason, HasSubstr("exit code 127; its log is"));
}

TEST_F(PoolTest, FailsASimulationWhenPilotsRunAndSayNothing) {
  pool_->submit(simulation("a"));
  for (const char* job : {"1", "2", "3"}) {
    poll();
    poll();
    clock_.advance(std::chrono::minutes(5));
    poll();
    EXPECT_THAT(base_.killed(), Contains(job));
  }
  EXPECT_THAT(failed_, ElementsAre(HasSubstr("does not say a word")));
}

TEST_F(PoolTest, FailsASimulationThatNoPilotHasTheTimeFor) {
  auto with = settings();
  with.simulation_limit = 100;
  pool_ = make(with);
  pool_->submit(simulation("a"));
  for (const char* pilot : {first, second}) {
    poll();
    is_free(pilot, /*seconds_left=*/50);
    EXPECT_EQ(poll().at("a").state, JobState::pending);
  }
  poll();
  is_free("weir.s.pilot.3", /*seconds_left=*/50);
  poll();
  EXPECT_THAT(poll(), Not(Contains(Key("a"))));
}

TEST_F(PoolTest, AsksForAllPilotsBeforeThereIsAnythingToRun) {
  EXPECT_FALSE(pool_->clients_ready());
  poll();
  EXPECT_EQ(base_.submitted().size(), 2U);
  EXPECT_FALSE(pool_->clients_ready());
  is_free(second);
  poll();
  EXPECT_TRUE(pool_->clients_ready());
  const auto word = orders(second).word;
  clock_.advance(std::chrono::seconds(15));
  poll();
  EXPECT_EQ(orders(second).word, word + 1);  // or it would end for want of work
}

TEST_F(PoolTest, LetsPilotsEndWithTheStudy) {
  start_one();
  pool_->submit(simulation("b"));
  base_.jobs_start_pending();
  poll();
  const auto polls = base_.polls();
  pool_.reset();
  EXPECT_EQ(orders(first).leave, PilotLeave::when_free);
  EXPECT_EQ(orders(second).leave, PilotLeave::when_free);
  EXPECT_THAT(base_.cancelled(), ElementsAre("2"));
  EXPECT_EQ(base_.polls(), polls + 1);  // which is when a batch system is told
}

// ---- a later launcher

/// As LaunchDeath leaves things: nothing of the destructor happens.
class LaterPoolTest : public PoolTest {
 protected:
  void launcher_dies() { dead_ = std::move(pool_), pool_ = make(); }
  void TearDown() override {
    pool_.reset();
    dead_.reset();
  }
  std::unique_ptr<PoolScheduler> dead_;
};

TEST_F(LaterPoolTest, FindsWhatRunsAndGoesOn) {
  start_one();
  launcher_dies();
  base_.has(first, "1");
  EXPECT_THAT(pool_->find({"a", "z"}), ElementsAre(testing::Pair("a", "a")));
  EXPECT_EQ(poll().at("a").state, JobState::running);
  ended(first, 1, done());
  EXPECT_EQ(poll().at("a").state, JobState::done);
  pool_->submit(simulation("b"));
  poll();
  EXPECT_EQ(orders(first).number, 2U);
}

TEST_F(LaterPoolTest, FindsTheServerInTheBase) {
  base_.has("weir.s.server", "9");
  EXPECT_THAT(pool_->find({"weir.s.server"}), ElementsAre(testing::Pair("weir.s.server", "9")));
}

TEST_F(LaterPoolTest, ReportsAnEndThatNobodySaw) {
  start_one();
  launcher_dies();
  ended(first, 1, {.state = JobState::failed, .reason = "exit code 3", .exit_code = 3});
  base_.has(first, "1");
  EXPECT_THAT(pool_->find({"a"}), ElementsAre(Key("a")));
  EXPECT_EQ(poll().at("a").exit_code, 3);
}

TEST_F(LaterPoolTest, StartsWhatWaitedAndNoNumberOfAPilotAgain) {
  start_one();
  pool_->submit(simulation("b"));
  launcher_dies();
  EXPECT_THAT(pool_->find({"a", "b"}), UnorderedElementsAre(Key("a"), Key("b")));
  const auto reports = poll();
  EXPECT_EQ(reports.at("a").state, JobState::lost);  // its pilot has ended meanwhile
  EXPECT_EQ(reports.at("b").state, JobState::pending);
  EXPECT_EQ(base_.submitted().back().request.name, second);
}

TEST_F(LaterPoolTest, LosesNothingThatAPilotHadNotTaken) {
  pool_->submit(simulation("a"));
  poll();
  is_free(first);
  poll();
  ASSERT_EQ(orders(first).name, "a");
  launcher_dies();
  EXPECT_THAT(pool_->find({"a"}), ElementsAre(Key("a")));
  poll();
  EXPECT_EQ(orders(first).leave, PilotLeave::now);
  is_free(second);
  poll();
  EXPECT_EQ(orders(second).name, "a");
}

TEST_F(LaterPoolTest, LeavesATaskToThePilotThatRunsItAndNotToOneThatWentBeforeItTookIt) {
  pool_->submit(simulation("a"));
  poll();
  is_free(first);
  poll();
  say(first, {.number = 0, .phase = PilotPhase::gone});
  poll();
  is_free(second);
  poll();
  runs(second, 1);
  launcher_dies();
  base_.has(second, "2");
  base_.has(first, "1");  // it has gone, and Slurm does not know yet
  EXPECT_THAT(pool_->find({"a"}), ElementsAre(Key("a")));
  EXPECT_EQ(poll().at("a").state, JobState::running);
  EXPECT_EQ(poll().at("a").state, JobState::running);
}

TEST_F(LaterPoolTest, RunsNothingThatHasEndedAgain) {
  start_one();
  ended(first, 1, done());
  poll();
  launcher_dies();
  EXPECT_THAT(pool_->find({"b"}), IsEmpty());
  EXPECT_THAT(pool_->poll(), Not(Contains(Key("a"))));
}

}  // namespace
}  // namespace weir

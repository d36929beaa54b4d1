// A pilot with a runner that a test scripts, and a launcher that is this test.

#include "launcher/job/pilot.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "launcher/schedulers/job_file.h"
#include "src/core/error.h"
#include "tests/support/fake_scheduler.h"
#include "tests/support/faulty_file_system.h"
#include "tests/support/passing_file_system.h"
#include "tests/support/temporary_folder.h"

namespace weir {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class PilotTest : public testing::Test {
 protected:
  PilotTest() {
    std::filesystem::create_directories(folder_.pilot(name));
    write_state(files_, folder_.state(name), {});
    order({});
  }

  void order(const PilotOrders& orders) { write_orders(files_, folder_.orders(name), orders); }
  void give(std::uint64_t number, TaskWish wish = TaskWish::run) {
    order({.number = number, .name = "weir.s.0.0", .wish = wish});
  }
  PilotState state() { return read_state(files_, folder_.state(name)).value(); }
  Pilot pilot(FileSystem& files, std::optional<double> seconds_left = {}) {
    return {directory_,
            name,
            {.runner = runner_,
             .files = files,
             .clock = clock_,
             .host = "n1",
             .seconds_left = seconds_left,
             .weir_job = "/bin/weir-job"}};
  }
  Pilot pilot() { return pilot(files_); }
  /// As time passes: orders that come while a task runs are read every quarter of a second.
  bool tick(Pilot& one) {
    clock_.advance(std::chrono::milliseconds(250));
    return one.tick();
  }

  static constexpr const char* name = "weir.s.pilot.1";
  test::TemporaryFolder temporary_;
  FileSystem& files_ = posix_file_system();
  StudyDirectory directory_{temporary_.path()};
  PoolFolder folder_{directory_};
  ManualClock clock_;
  test::FakeScheduler runner_;
};

TEST_F(PilotTest, SaysWhereItIsAndThatItIsFree) {
  auto one = pilot(files_, /*seconds_left=*/100.0);
  EXPECT_EQ(state().phase, PilotPhase::absent);
  EXPECT_TRUE(one.tick());
  EXPECT_EQ(state().phase, PilotPhase::free);
  EXPECT_EQ(state().host, "n1");
  EXPECT_EQ(state().seconds_left, 100.0);
}

TEST_F(PilotTest, RunsTheJobFileOfItsTask) {
  auto one = pilot();
  give(1);
  EXPECT_TRUE(one.tick());
  ASSERT_EQ(runner_.submitted().size(), 1U);
  const auto& request = runner_.submitted()[0].request;
  EXPECT_EQ(request.name, name);  // what it leaves behind is found with the pilot
  EXPECT_THAT(request.command,
              ElementsAre("/bin/weir-job", job_file_path(directory_, "weir.s.0.0").string()));
  EXPECT_EQ(state().phase, PilotPhase::running);
  EXPECT_EQ(state().number, 1U);
}

TEST_F(PilotTest, TellsHowATaskEndedAndTakesTheNext) {
  auto one = pilot();
  give(1);
  one.tick();
  runner_.end("1", JobState::failed, "exit code 3", 3, JobCause::exit_code);
  one.tick();
  EXPECT_EQ(state().phase, PilotPhase::free);
  ASSERT_TRUE(state().end);
  EXPECT_EQ(state().end->state, JobState::failed);
  EXPECT_EQ(state().end->exit_code, 3);
  EXPECT_EQ(state().end->cause, JobCause::exit_code);
  give(2);
  one.tick();
  EXPECT_EQ(runner_.submitted().size(), 2U);
  EXPECT_EQ(state().number, 2U);
  EXPECT_FALSE(state().end);
}

TEST_F(PilotTest, RunsNoTaskTwice) {
  auto one = pilot();
  give(1);
  one.tick();
  runner_.end("1", JobState::done);
  for (int turn = 0; turn < 5; ++turn) tick(one);
  EXPECT_EQ(runner_.submitted().size(), 1U);
}

TEST_F(PilotTest, StartsNothingThatWasWithdrawnBeforeItSawIt) {
  auto one = pilot();
  give(1, TaskWish::cancel);
  one.tick();
  one.tick();
  EXPECT_TRUE(runner_.submitted().empty());
  EXPECT_EQ(state().end.value().state, JobState::cancelled);
}

/// Passes everything on, and calls back after a file of that name has been replaced.
class WatchedFileSystem final : public test::PassingFileSystem {
 public:
  WatchedFileSystem(FileSystem& inner, std::string name, std::function<void()> then)
      : PassingFileSystem(inner), name_(std::move(name)), then_(std::move(then)) {}
  void rename(const Path& from, const Path& to) override {
    inner_.rename(from, to);
    if (to.filename() == name_) then_();
  }

 private:
  std::string name_;
  std::function<void()> then_;
};

TEST_F(PilotTest, StartsNothingThatWasWithdrawnWhileItTookIt) {
  WatchedFileSystem files(files_, "state", [&] {
    if (state().number == 1) order({.number = 1, .name = "weir.s.0.0", .leave = PilotLeave::now});
  });
  auto one = pilot(files);
  give(1);
  one.tick();
  one.tick();
  EXPECT_TRUE(runner_.submitted().empty());
}

TEST_F(PilotTest, CancelsAndKillsWhatRuns) {
  auto one = pilot();
  give(1);
  one.tick();
  runner_.ignore_cancel();
  give(1, TaskWish::cancel);
  tick(one);
  tick(one);
  EXPECT_THAT(runner_.cancelled(), ElementsAre("1"));
  give(1, TaskWish::kill);
  tick(one);
  EXPECT_THAT(runner_.killed(), ElementsAre("1"));
  tick(one);
  EXPECT_EQ(state().end.value().state, JobState::cancelled);
}

TEST_F(PilotTest, FinishesItsTaskBeforeItLeaves) {
  auto one = pilot();
  give(1);
  one.tick();
  order({.number = 1, .name = "weir.s.0.0", .leave = PilotLeave::when_free});
  EXPECT_TRUE(tick(one));
  EXPECT_TRUE(runner_.cancelled().empty());
  runner_.end("1", JobState::done);
  tick(one);
  EXPECT_FALSE(one.tick());
  EXPECT_EQ(state().phase, PilotPhase::gone);
  EXPECT_EQ(state().end.value().state, JobState::done);
}

TEST_F(PilotTest, ThatWasGivenUpKillsWhatItRuns) {
  auto one = pilot();
  give(1);
  one.tick();
  order({.number = 1, .name = "weir.s.0.0", .leave = PilotLeave::now});
  tick(one);
  EXPECT_THAT(runner_.killed(), ElementsAre("1"));
  tick(one);
  EXPECT_FALSE(one.tick());
}

TEST_F(PilotTest, EndsWhenItHasHadNothingToDoForItsIdleTime) {
  auto one = pilot();
  order({.idle = 10});
  one.tick();
  clock_.advance(std::chrono::milliseconds(9900));
  EXPECT_TRUE(one.tick());
  order({.idle = 10, .word = 1});  // a launcher lives, and has nothing yet
  clock_.advance(std::chrono::milliseconds(100));
  EXPECT_TRUE(one.tick());
  clock_.advance(std::chrono::milliseconds(9900));
  EXPECT_TRUE(one.tick());
  clock_.advance(std::chrono::milliseconds(100));
  one.tick();
  EXPECT_FALSE(one.tick());
  EXPECT_EQ(state().phase, PilotPhase::gone);
}

TEST_F(PilotTest, TellsNoEndOfATaskThatTheBatchSystemEnded) {
  auto one = pilot();
  give(1);
  one.tick();
  one.interrupt();
  EXPECT_FALSE(one.tick());
  EXPECT_THAT(runner_.cancelled(), ElementsAre("1"));
  EXPECT_EQ(state().phase, PilotPhase::running);
  EXPECT_FALSE(state().end);
}

TEST_F(PilotTest, WaitsWithAnEndByASignalForItsOwnEnd) {
  auto one = pilot();
  give(1);
  one.tick();
  runner_.end("1", JobState::failed, "killed by signal 15", 143, JobCause::signal);
  EXPECT_TRUE(one.tick());
  one.interrupt();
  EXPECT_FALSE(one.tick());
  EXPECT_EQ(state().phase, PilotPhase::running);
  EXPECT_FALSE(state().end);
}

TEST_F(PilotTest, TellsAnEndByASignalWhenItLivesOn) {
  auto one = pilot();
  give(1);
  one.tick();
  runner_.end("1", JobState::failed, "killed by signal 9", {}, JobCause::signal);
  one.tick();
  clock_.advance(std::chrono::seconds(1));
  one.tick();
  EXPECT_EQ(state().phase, PilotPhase::free);
  EXPECT_EQ(state().end->cause, JobCause::signal);
}

TEST_F(PilotTest, ThatIsStartedAgainRefusesToRun) {
  for (const auto phase : {PilotPhase::free, PilotPhase::running, PilotPhase::gone}) {
    write_state(files_, folder_.state(name), {.number = 1, .phase = phase, .host = "n7"});
    try {
      pilot();
      FAIL() << "it started";
    } catch (const Error& error) {
      EXPECT_THAT(error.what(), HasSubstr("was started before, on n7"));
    }
  }
}

TEST_F(PilotTest, LeavesAlsoWhenItCannotSaySo) {
  test::FaultyFileSystem disk(files_, /*first_failure=*/1);  // free is said, gone cannot be
  auto one = pilot(disk);
  one.tick();
  order({.leave = PilotLeave::when_free});
  EXPECT_TRUE(tick(one));
  EXPECT_FALSE(tick(one));
}

TEST_F(PilotTest, TellsWhatTheJobFilesEndTells) {
  auto one = pilot();
  give(1);
  one.tick();
  const auto file = job_file_path(directory_, "weir.s.0.0");
  write_job_end(files_, file, {.exit_code = 137, .signal = 0}, /*out_of_memory=*/true);
  runner_.end("1", JobState::failed, "exit code 137", 137, JobCause::exit_code);
  one.tick();
  EXPECT_EQ(state().end.value().cause, JobCause::out_of_memory);
  EXPECT_EQ(state().end.value().reason, "out of memory");
}

TEST_F(PilotTest, StartsNothingBeforeItCouldSaySo) {
  test::FaultyFileSystem disk(files_, /*first_failure=*/1);  // free is said, taken cannot be
  auto one = pilot(disk);
  one.tick();
  give(1);
  tick(one);
  tick(one);
  EXPECT_TRUE(runner_.submitted().empty());
  disk.repair();
  tick(one);
  tick(one);
  EXPECT_EQ(runner_.submitted().size(), 1U);
}

TEST_F(PilotTest, TellsWhyATaskCouldNotStart) {
  runner_.refuse("cannot start 'weir-job'");
  auto one = pilot();
  give(1);
  one.tick();
  one.tick();
  EXPECT_EQ(state().end.value().cause, JobCause::never_ran);
  EXPECT_THAT(state().end.value().reason, HasSubstr("weir-job"));
}

TEST_F(PilotTest, WithoutItsFilesSaysThatTheyAreNotShared) {
  std::filesystem::remove_all(folder_.root);
  try {
    pilot();
    FAIL() << "it started";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("the nodes share"));
  }
}

TEST_F(PilotTest, GoesOnWhileItsOrdersAreDamaged) {
  auto one = pilot();
  one.tick();
  files_.replace(folder_.orders(name), "{\"format\":1,\"number\":1e300}", 0600);
  EXPECT_TRUE(tick(one));
  give(1);
  tick(one);
  EXPECT_EQ(runner_.submitted().size(), 1U);
}

}  // namespace
}  // namespace weir

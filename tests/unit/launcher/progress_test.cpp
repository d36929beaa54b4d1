#include "launcher/records/progress.h"

#include <cmath>
#include <limits>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "launcher/display/progress_writer.h"
#include "launcher/records/presence.h"
#include "launcher/records/status_file.h"
#include "launcher/records/study_lock.h"
#include "src/core/error.h"
#include "tests/support/temporary_folder.h"

namespace weir {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr double none = std::numeric_limits<double>::quiet_NaN();

Snapshot some_progress() {
  Snapshot snapshot;
  snapshot.phase = RunPhase::running;
  snapshot.seconds = 50;
  snapshot.jobs = 3;
  snapshot.queued = 1;
  snapshot.status = wire::LaunchStatus{.expected = 100,
                                       .finished = 12,
                                       .failed = 1,
                                       .restarted = 2,
                                       .samples_expected = 10000,
                                       .samples_unique = 2000,
                                       .samples_trained = 5000,
                                       .batches = 500,
                                       .train_loss = 0.0125,
                                       .validation_loss = none,
                                       .samples_per_second = 449.6,
                                       .over = 0};
  return snapshot;
}

TEST(ProgressLine, TellsAllThatIsKnown) {
  EXPECT_EQ(progress_line(some_progress()),
            "12/100 simulations, 3 running, 1 failed, 2 restarted | 2000/10000 samples | 5000 "
            "trained | loss 0.0125 | "
            "450 samples/s | 3 min 20 s left");
}

TEST(ProgressLine, LeavesOutWhatMattersLeastInANarrowTerminal) {
  auto snapshot = some_progress();
  EXPECT_EQ(progress_line(snapshot, /*width=*/90),
            "12/100 simulations, 3 running | 2000/10000 samples | loss 0.0125 | 3 min 20 s left");
  EXPECT_EQ(progress_line(snapshot, /*width=*/40), "12/100 simulations | 2000/10000 samples");
  EXPECT_EQ(progress_line(snapshot, /*width=*/1), "12/100 simulations");
}

TEST(ProgressLine, LeavesOutWhatIsNotKnown) {
  auto snapshot = some_progress();
  snapshot.status = wire::LaunchStatus{
      .expected = 5, .samples_expected = 50, .train_loss = none, .validation_loss = 2};
  EXPECT_EQ(progress_line(snapshot),
            "0/5 simulations, 3 running | 0/50 samples | 0 trained | validation 2");
  EXPECT_EQ(progress_line({}), "starting, 0 s");
}

TEST(ProgressLine, HasNoTimeLeftWhenAllSamplesHaveCome) {
  auto snapshot = some_progress();
  snapshot.status->samples_unique = 10000;
  EXPECT_FALSE(seconds_left(snapshot));
}

TEST(DurationText, ChoosesItsUnits) {
  EXPECT_EQ(duration_text(0.4), "0 s");
  EXPECT_EQ(duration_text(59.4), "59 s");
  EXPECT_EQ(duration_text(200), "3 min 20 s");
  EXPECT_EQ(duration_text(7500), "2 h 5 min");
}

TEST(ProgressWriterTest, RewritesOneLineOnATerminal) {
  std::ostringstream out;
  ManualClock clock;
  ProgressWriter writer(out, clock, {.terminal = true, .width = 20, .every = {}});
  writer.update(some_progress());
  EXPECT_EQ(out.str(), "\r\x1b[K12/100 simulations");
  writer.say("restarted");
  EXPECT_THAT(out.str(), HasSubstr("\r\x1b[Krestarted\n\r\x1b[K12/100"));
}

TEST(ProgressWriterTest, WritesALineNowAndThenElsewhere) {
  std::ostringstream out;
  ManualClock clock;
  ProgressWriter writer(out, clock,
                        {.terminal = false, .width = 20, .every = std::chrono::seconds(5)});
  auto snapshot = some_progress();
  writer.update(snapshot);
  const auto once = out.str();
  EXPECT_EQ(once, progress_line(snapshot) + "\n");
  snapshot.status->finished = 13;
  clock.advance(std::chrono::seconds(4));
  writer.update(snapshot);
  EXPECT_EQ(out.str(), once);
  clock.advance(std::chrono::seconds(1));
  writer.update(snapshot);
  EXPECT_THAT(out.str(), HasSubstr("13/100"));
}

TEST(ProgressWriterTest, DoesNotRepeatALineElsewhere) {
  std::ostringstream out;
  ManualClock clock;
  ProgressWriter writer(out, clock,
                        {.terminal = false, .width = 20, .every = std::chrono::seconds(5)});
  writer.update(some_progress());
  const auto once = out.str();
  clock.advance(std::chrono::seconds(9));
  writer.update(some_progress());
  EXPECT_EQ(out.str(), once);
}

TEST(StatusFileTest, ReadsBackWhatWasWritten) {
  const auto written = status_of(some_progress(), /*silence=*/10);
  const auto read = parse_status(write_status(written));
  EXPECT_EQ(read.pid, getpid());
  EXPECT_EQ(read.host, written.host);
  EXPECT_EQ(read.phase, "running");
  ASSERT_TRUE(read.snapshot.status);
  EXPECT_EQ(read.snapshot.queued, 1u);
  EXPECT_TRUE(std::isnan(read.snapshot.status->validation_loss));
  EXPECT_EQ(progress_line(read.snapshot), progress_line(some_progress()));
}

TEST(StatusFileTest, HoldsNoCountsBeforeTheServerSpoke) {
  EXPECT_FALSE(parse_status(write_status(status_of({}, /*silence=*/10))).snapshot.status);
}

TEST(StatusFileTest, RefusesWhatIsNoStatus) {
  for (const char* text : {"", "[]", "{\"pid\":\"x\"}", "{}"})
    EXPECT_THROW(parse_status(text), Error) << text;
}

TEST(StatusFileTest, IsStaleWhenTheLauncherIsSilentOrDead) {
  auto status = status_of(some_progress(), /*silence=*/10);
  EXPECT_FALSE(is_stale(status, status.time + 10));
  EXPECT_TRUE(is_stale(status, status.time + 11));
  EXPECT_THAT(status_text(status, status.time + 11, /*launcher_gone=*/true), HasSubstr("gone"));
  EXPECT_THAT(status_text(status, status.time, /*launcher_gone=*/false), Not(HasSubstr("gone")));
  status.pid = std::numeric_limits<pid_t>::max();
  EXPECT_TRUE(is_stale(status, status.time));
}

TEST(StatusFileTest, AllowsALauncherToWaitForItsBatchSystem) {
  const auto silence = silence_of(SchedulerKind::slurm);
  EXPECT_GT(silence, 100);
  EXPECT_EQ(silence_of(SchedulerKind::local), 10);
  const auto status = parse_status(write_status(status_of(some_progress(), silence)));
  EXPECT_FALSE(is_stale(status, status.time + silence));
  EXPECT_TRUE(is_stale(status, status.time + silence + 1));
}

TEST(StatusFileTest, SaysNothingOfAProcessOnAnotherMachine) {
  auto status = status_of(some_progress(), /*silence=*/10);
  status.host = "elsewhere";
  status.pid = std::numeric_limits<pid_t>::max();
  EXPECT_FALSE(is_stale(status, status.time));
}

TEST(PresenceTest, HoldsALauncherOnThisMachineForGoneWithoutItsLock) {
  const test::TemporaryFolder folder;
  const StudyDirectory directory{folder.path()};
  std::filesystem::create_directories(directory.run());
  const auto status = status_of(some_progress(), /*silence=*/10);
  EXPECT_TRUE(launcher_gone(status, directory, status.time));
  EXPECT_TRUE(launcher_gone(std::nullopt, directory, 0));
  const StudyLock lock(directory);
  EXPECT_FALSE(launcher_gone(status, directory, status.time));
  EXPECT_FALSE(launcher_gone(std::nullopt, directory, 0));
  EXPECT_TRUE(launcher_gone(status, directory, status.time + 11));
}

TEST(PresenceTest, AsksTheAgeOfTheStatusAloneWhereTheLauncherIsElsewhere) {
  const test::TemporaryFolder folder;
  auto status = status_of(some_progress(), /*silence=*/10);
  status.host = "login2";
  EXPECT_FALSE(launcher_gone(status, {folder.path()}, status.time));
  EXPECT_TRUE(launcher_gone(status, {folder.path()}, status.time + 11));
}

}  // namespace
}  // namespace weir

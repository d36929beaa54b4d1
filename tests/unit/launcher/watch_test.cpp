// What `weir watch` shows, and what it reads of metrics.jsonl.

#include <cmath>
#include <fstream>
#include <limits>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "launcher/display/live_display.h"
#include "launcher/display/loss_history.h"
#include "launcher/display/watch_view.h"
#include "launcher/records/failure_causes.h"
#include "tests/support/temporary_folder.h"

namespace weir {
namespace {

using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr double none = std::numeric_limits<double>::quiet_NaN();

std::size_t columns(const std::string& text) {
  std::size_t count = 0;
  for (const char c : text) count += (static_cast<unsigned char>(c) & 0xc0u) != 0x80u;
  return count;
}

LauncherStatus some_status() {
  LauncherStatus status;
  status.pid = 4711;
  status.host = "login2";
  status.time = 1000;
  status.phase = "running";
  status.snapshot.seconds = 50;
  status.snapshot.jobs = 3;
  status.snapshot.queued = 2;
  status.snapshot.pending = 1;
  status.snapshot.server_restarts = 1;
  status.snapshot.status = wire::LaunchStatus{.expected = 100,
                                              .finished = 25,
                                              .failed = 1,
                                              .restarted = 4,
                                              .samples_expected = 10000,
                                              .samples_unique = 2000,
                                              .samples_trained = 5000,
                                              .batches = 500,
                                              .train_loss = 0.0125,
                                              .validation_loss = none,
                                              .samples_per_second = 449.6,
                                              .over = 0,
                                              .epoch = 2};
  return status;
}

class WatchTest : public testing::Test {
 protected:
  void record(const std::string& text) {
    std::ofstream(metrics_, std::ios::app) << text;
    losses_.look();
  }
  std::vector<std::string> lines(const WatchStyle& style = {}) {
    return watch_lines({"toy", status_, losses_, checkpoint_, causes_, gone_, /*now=*/1060}, style);
  }

  test::TemporaryFolder folder_;
  std::filesystem::path metrics_ = folder_ / "metrics.jsonl";
  LossHistory losses_{metrics_};
  std::optional<LauncherStatus> status_ = some_status();
  std::optional<PublishedCheckpoint> checkpoint_ = PublishedCheckpoint{
      .number = 7, .batch = 480, .epoch = 2, .ranks = 1, .time = 1015, .folder = {}};
  std::vector<std::pair<std::string, std::size_t>> causes_;
  bool gone_ = false;
};

TEST_F(WatchTest, ShowsHowAStudyStands) {
  record("{\"kind\":\"train\",\"loss\":0.5}\n{\"kind\":\"validation\",\"loss\":0.25}\n");
  const auto shown = lines({.width = 80, .colour = false, .unicode = false});
  EXPECT_THAT(
      shown,
      ElementsAre("study        toy", "phase        running, 50 s | launcher 4711 on login2",
                  "simulations  [#####-----------------] 25/100 finished",
                  "jobs         2 running, 1 in the queue, 2 to submit, 4 restarted",
                  "failed       1 simulations given up",
                  "samples      [####------------------] 2000/10000, 3 min 20 s left",
                  "training     500 batches, 5000 samples trained, 449.6/s", "loss         _ 0.5",
                  "validation   0.25, best 0.25", "server       epoch 2, started again once",
                  "checkpoint   7, of batch 480, 45 s ago"));
}

TEST_F(WatchTest, NamesTheCausesOfFailedJobs) {
  const auto ended = [](const char* reason, bool good) {
    return JournalEntry{
        .event = JournalEvent::ended, .name = "j", .job = "1", .reason = reason, .ok = good};
  };
  causes_ = failure_causes({ended("out of memory", false), ended("time limit", false),
                            ended("done", true), ended("time limit", false),
                            ended("exit code 1", false), ended("lost", false)});
  EXPECT_THAT(causes_lines(causes_, /*most=*/2),
              ElementsAre("2 × time limit", "1 × exit code 1", "2 others"));
  const auto shown = lines();
  const auto first = std::find(shown.begin(), shown.end(), "jobs failed  2 × time limit");
  ASSERT_GE(shown.end() - first, 4);
  EXPECT_EQ(first[3], "             1 × out of memory");
}

TEST_F(WatchTest, CountsOneCauseOfSeveralPilots) {
  std::vector<JournalEntry> journal;
  for (const char* pilot : {"1", "2"})
    journal.push_back({.event = JournalEvent::ended,
                       .name = "j",
                       .job = "1",
                       .reason = std::string("its pilot weir.toy.pilot.") + pilot +
                                 " has ended: time limit of the job; its log is /d/" + pilot,
                       .ok = false});
  EXPECT_THAT(causes_lines(failure_causes(journal), /*most=*/4),
              ElementsAre("2 × its pilot has ended: time limit of the job"));
}

TEST_F(WatchTest, FitsIntoItsColumns) {
  for (int k = 0; k < 1000; ++k)
    record("{\"kind\":\"train\",\"loss\":" + std::to_string(1000 - k) + "}\n");
  status_->host = std::string(100, 'h');
  for (const std::size_t width : {40, 80, 200})
    for (const auto& line : lines({.width = width, .colour = false, .unicode = true}))
      EXPECT_LT(columns(line), width) << line;
}

TEST_F(WatchTest, SaysThatTheServerWaitsInTheQueue) {
  status_->snapshot.status.reset();
  status_->snapshot.server_pending = true;
  EXPECT_THAT(lines(), Contains(HasSubstr("the server waits in the queue, 50 s")));
}

TEST_F(WatchTest, SaysWhenNobodyDrivesTheStudy) {
  gone_ = true;
  EXPECT_THAT(lines(), Contains(HasSubstr("no launcher since 1 min 0 s")));
  status_.reset();
  EXPECT_THAT(lines(), Contains(HasSubstr("no launcher is running")));
}

TEST_F(WatchTest, UsesEscapeSequencesOnlyWhereTheyAreWanted) {
  EXPECT_THAT(lines({.width = 80, .colour = true, .unicode = true}), Contains(HasSubstr("\x1b[")));
  EXPECT_THAT(lines({.width = 80, .colour = false, .unicode = true}), Each(Not(HasSubstr("\x1b"))));
}

TEST_F(WatchTest, ReadsLinesThatComeInPieces) {
  record("{\"kind\":\"train\",\"lo");
  EXPECT_THAT(losses_.training(), IsEmpty());
  record(
      "ss\":2}\nnonsense\n{\"kind\":\"train\",\"loss\":null}\n[1]\n{\"kind\":\"train\",\"loss\":1}"
      "\n");
  EXPECT_THAT(losses_.training(), ElementsAre(2, 1));
}

TEST_F(WatchTest, StartsOverWhenAServerWentBackToACheckpoint) {
  record(
      "{\"kind\":\"train\",\"loss\":2}\n{\"kind\":\"train\",\"loss\":1}\n{\"kind\":\"validation\","
      "\"loss\":1}\n");
  std::filesystem::resize_file(metrics_, 26);  // behind the first line
  losses_.look();
  EXPECT_THAT(losses_.training(), ElementsAre(2));
  EXPECT_EQ(losses_.validation(), std::nullopt);
}

TEST_F(WatchTest, KeepsTheWholeCourseOfALongTraining) {
  std::string text;
  for (int k = 0; k < 100'000; ++k)
    text += "{\"kind\":\"train\",\"loss\":" + std::to_string(k) + "}\n";
  record(text);
  const auto& values = losses_.training();
  EXPECT_LE(values.size(), 512u);
  EXPECT_GE(values.size(), 256u);
  EXPECT_EQ(values.front(), 0);
  EXPECT_GT(values.back(), 99'000);
  for (std::size_t k = 2; k < values.size(); ++k)
    EXPECT_EQ(values[k] - values[k - 1], values[1] - values[0]) << k;
}

TEST_F(WatchTest, KnowsTheBestValidation) {
  for (const char* loss : {"3", "1", "2"})
    record(std::string("{\"kind\":\"validation\",\"loss\":") + loss + "}\n");
  EXPECT_EQ(losses_.validation(), 2);
  EXPECT_EQ(losses_.best(), 1);
}

TEST(SparklineTest, FallsAsTheLossDoes) {
  EXPECT_EQ(sparkline({1000, 100, 10, 1}, 4, /*unicode=*/false), "#+,_");
  EXPECT_EQ(sparkline({1000, 100, 10, 1}, 4, /*unicode=*/true), "█▆▃▁");
}

TEST(SparklineTest, TakesMeansWhereThereAreMoreValuesThanColumns) {
  EXPECT_EQ(sparkline({0, 2, 8, 10}, 2, /*unicode=*/false), "_#");
}

TEST(SparklineTest, SurvivesWhatIsNoNumber) {
  EXPECT_EQ(sparkline({}, 10, true), "");
  EXPECT_EQ(sparkline({none, std::numeric_limits<double>::infinity()}, 10, true), "");
  EXPECT_EQ(sparkline({none, 1, 1}, 10, /*unicode=*/false), "__");
  EXPECT_EQ(sparkline({1}, 0, true), "");
}

TEST(LiveDisplayTest, WritesOverWhatItHasShown) {
  std::ostringstream out;
  LiveDisplay display(out);
  display.show({"one", "two", "three"}, /*rows=*/24);
  EXPECT_EQ(out.str(), "one\x1b[K\ntwo\x1b[K\nthree\x1b[K\n\x1b[J");
  out.str("");
  display.show({"four"}, /*rows=*/24);
  EXPECT_EQ(out.str(), "\x1b[3A\rfour\x1b[K\n\x1b[J");
}

TEST(LiveDisplayTest, NeverScrollsTheTerminal) {
  std::ostringstream out;
  LiveDisplay display(out);
  display.show({"1", "2", "3", "4"}, /*rows=*/3);
  EXPECT_EQ(out.str(), "1\x1b[K\n2\x1b[K\n\x1b[J");
}

}  // namespace
}  // namespace weir

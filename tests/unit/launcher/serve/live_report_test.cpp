// The report of a study that goes on.

#include "launcher/serve/live_report.h"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "launcher/records/growing_file.h"
#include "tests/support/temporary_folder.h"

namespace weir {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

void write(const Path& path, const std::string& text, std::ios::openmode how = std::ios::trunc) {
  std::ofstream(path, std::ios::binary | how) << text;
}

class GrowingFileTest : public testing::Test {
 protected:
  /// What is new, with "!" before what begins from the start.
  std::string news() {
    std::string text;
    file_.look(
        posix_file_system(), [&] { text += "!"; }, [&](std::string_view lines) { text += lines; });
    return text;
  }

  test::TemporaryFolder folder_;
  const Path path_ = folder_.path() / "lines";
  GrowingFile file_{path_};
};

TEST_F(GrowingFileTest, GivesEachLineOnceAndWhole) {
  write(path_, "one\ntwo\nthr");
  EXPECT_EQ(news(), "one\ntwo\n");
  EXPECT_EQ(news(), "");
  write(path_, "ee\nfour\n", std::ios::app);
  EXPECT_EQ(news(), "three\nfour\n");
}

TEST_F(GrowingFileTest, BeginsAnewWithAShorterFile) {
  write(path_, "one\ntwo\n");
  news();
  write(path_, "one\n");
  EXPECT_EQ(news(), "!one\n");
}

TEST_F(GrowingFileTest, BeginsAnewWithAFileThatWasCutAndHasGrownSince) {
  write(path_, "one\ntwo\n");
  news();
  write(path_, "one\n2.0\nthree\n");
  EXPECT_EQ(news(), "!one\n2.0\nthree\n");
}

TEST_F(GrowingFileTest, GivesWhatIsLargerThanOneLook) {
  std::string text;
  for (int k = 0; text.size() < (std::size_t{9} << 20); ++k)
    text += "line " + std::to_string(k) + "\n";
  write(path_, text);
  EXPECT_EQ(news() == text, true);
}

class LiveReportTest : public testing::Test {
 protected:
  LiveReportTest() {
    write(directory_.study(), R"({"name": "alpha", "simulation": {"count": 1, "steps": 1,
      "fields": [{"name": "u", "shape": [4]}], "command": ["solver"]},
      "parameters": [{"name": "a", "bounds": [0, 1]}], "buffer": {"capacity": 10, "watermark": 1}})");
  }
  std::string tag(bool live = true) { return report_.page(live).tag; }
  void train(double loss) {
    write(directory_.metrics(),
          R"({"kind":"train","batch":1,"seconds":1,"loss":)" + std::to_string(loss) + "}\n",
          std::ios::app);
  }

  test::TemporaryFolder folder_;
  const StudyDirectory directory_{folder_.path()};
  ManualClock clock_;
  LiveReport report_{posix_file_system(), {directory_}, clock_};
};

TEST_F(LiveReportTest, IsMadeOfAStudyThatHasTrainedNothing) {
  const auto& page = report_.page(true);
  EXPECT_THAT(*page.html, HasSubstr("there is no metrics.jsonl: nothing was trained"));
  EXPECT_THAT(*page.html, HasSubstr("<script src=\"live.js\" defer></script>"));
  EXPECT_THAT(*page.html, HasSubstr("data-live=\"yes\""));
  EXPECT_THAT(*page.html,
              Not(HasSubstr("http-equiv=\"Content-Security-Policy\"")));  // the server's holds
}

TEST_F(LiveReportTest, IsMadeAnewWhenThereIsNewsAndNotTooOften) {
  const auto first = tag();
  clock_.advance(Pace::least);
  EXPECT_EQ(tag(), first);  // no news
  train(0.5);
  const auto second = tag();
  EXPECT_NE(second, first);
  EXPECT_THAT(*report_.page(true).html, Not(HasSubstr("nothing was trained")));
  train(0.25);
  EXPECT_EQ(tag(), second);
  clock_.advance(Pace::least);
  EXPECT_NE(tag(), second);
}

TEST_F(LiveReportTest, SaysAtOnceThatAllIsOver) {
  const auto live = tag(true);
  EXPECT_NE(tag(false), live);
  EXPECT_THAT(*report_.page(false).html, Not(HasSubstr("live.js")));
  EXPECT_THAT(*report_.page(false).html, HasSubstr("this page stays as it is"));
}

TEST_F(LiveReportTest, ReaderTakesEachRecordOnceAndForgetsThoseOfADeadServer) {
  StudyReader reader(posix_file_system(), directory_);
  StudyRecord record;
  reader.read(record);
  EXPECT_THAT(record.metrics.problem, HasSubstr("nothing was trained"));
  train(0.5);
  train(0.25);
  reader.read(record);
  reader.read(record);
  EXPECT_THAT(record.metrics.problem, IsEmpty());
  EXPECT_THAT(record.metrics.value.train, SizeIs(2));
  write(directory_.metrics(), "");
  train(0.125);
  train(0.0625);
  train(0.03125);
  reader.read(record);
  ASSERT_THAT(record.metrics.value.train, SizeIs(3));
  EXPECT_EQ(record.metrics.value.train[0].loss, 0.125);
}

}  // namespace
}  // namespace weir

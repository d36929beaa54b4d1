#include "server/metrics/metrics.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "event_reader.h"
#include "tests/support/faulty_file_system.h"
#include "tests/support/temporary_folder.h"

namespace weir {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class FileMetricsTest : public testing::Test {
 protected:
  std::unique_ptr<Metrics> open(FileSystem& files = posix_file_system()) {
    return make_file_metrics(files, jsonl_, folder_ / "tensorboard",
                             [this](const std::string& text) { warnings_.push_back(text); });
  }

  std::vector<nlohmann::json> lines() {
    std::vector<nlohmann::json> records;
    std::istringstream in(posix_file_system().read(jsonl_));
    for (std::string line; std::getline(in, line);) records.push_back(nlohmann::json::parse(line));
    return records;
  }

  /// The content of the event files, in the order of their names.
  std::vector<std::string> event_files() {
    std::vector<Path> paths;
    for (const auto& entry : std::filesystem::directory_iterator(folder_ / "tensorboard"))
      paths.push_back(entry.path());
    std::sort(paths.begin(), paths.end());
    std::vector<std::string> contents;
    for (const auto& path : paths) contents.push_back(posix_file_system().read(path));
    return contents;
  }

  test::TemporaryFolder folder_;
  Path jsonl_ = folder_ / "metrics.jsonl";
  std::vector<std::string> warnings_;
};

TEST_F(FileMetricsTest, WriteALineARecordWithItsScalarsInOrder) {
  open()->record("train", /*step=*/7, {{"loss", 0.5}, {"accuracy", 2}});
  const auto records = lines();
  ASSERT_EQ(records.size(), 1u);
  EXPECT_EQ(records[0]["kind"], "train");
  EXPECT_EQ(records[0]["batch"], 7);
  EXPECT_GE(records[0]["seconds"], 0);
  EXPECT_EQ(records[0]["loss"], 0.5);
  EXPECT_THAT(posix_file_system().read(jsonl_), HasSubstr(R"("loss":0.5,"accuracy":2.0})"));
}

TEST_F(FileMetricsTest, WriteWhatIsNotFiniteAsNull) {
  open()->record("train", 1,
                 {{"loss", std::nan("")}, {"rate", std::numeric_limits<double>::infinity()}});
  EXPECT_TRUE(lines().at(0)["loss"].is_null());
  EXPECT_TRUE(lines().at(0)["rate"].is_null());
}

TEST_F(FileMetricsTest, WriteEachScalarAsAnEvent) {
  open()->record("train", 7, {{"loss", 0.5}, {"rate", 2}});
  const auto files = event_files();
  ASSERT_EQ(files.size(), 1u);
  const auto events = test::events_of(files[0]);
  ASSERT_EQ(events.size(), 3u);
  EXPECT_EQ(test::proto_field(events[0], 3).text, "brain.Event:2");
  const auto value = test::proto_field(test::proto_field(events[2], 5).text, 1).text;
  EXPECT_EQ(test::proto_field(value, 1).text, "train/rate");
}

TEST_F(FileMetricsTest, WriteFieldsWithTheirArraysAndTheirScalarsAsEvents) {
  open()->record_fields("validation", /*step=*/7, {{"loss", 0.5}},
                        {{"u", {{"mse", 2}}, {{"mse", {1, 3}}}}, {"v", {{"mse", 4}}, {}}});
  const auto record = lines().at(0);
  EXPECT_EQ(record["loss"], 0.5);
  EXPECT_EQ(record["fields"]["u"]["mse"], 2);
  EXPECT_EQ(record["fields"]["u"]["steps"]["mse"], (std::vector<double>{1, 3}));
  EXPECT_FALSE(record["fields"]["v"].contains("steps"));
  const std::string events = event_files().at(0);
  for (const char* tag : {"validation/loss", "validation/u/mse", "validation/v/mse"})
    EXPECT_THAT(events, HasSubstr(tag));
}

TEST_F(FileMetricsTest, WriteHistogramsToBoth) {
  open()->histogram("repeats", 9, {1, 0, 4});
  EXPECT_EQ(lines().at(0)["kind"], "histogram");
  EXPECT_THAT(lines().at(0)["counts"], ElementsAre(1, 0, 4));
  EXPECT_EQ(test::events_of(event_files().at(0)).size(), 2u);
}

TEST_F(FileMetricsTest, AppendToTheLinesOfAnEarlierRun) {
  open()->record("train", 1, {});
  open()->record("train", 2, {});
  ASSERT_EQ(lines().size(), 2u);
  EXPECT_EQ(lines()[1]["batch"], 2);
}

TEST_F(FileMetricsTest, AreInTheFileAfterAFlush) {
  const auto metrics = open();
  metrics->record("train", 1, {});
  metrics->flush();
  EXPECT_EQ(lines().size(), 1u);
}

TEST_F(FileMetricsTest, AreDroppedCountedAndReportedOnceWhenTheDiskIsFull) {
  test::FaultyFileSystem full(posix_file_system(), /*first_failure=*/0);
  const auto metrics = open(full);
  for (std::size_t batch = 0; batch < 5; ++batch) {
    metrics->record("train", batch, {{"loss", 1}});
    metrics->flush();
  }
  EXPECT_THAT(warnings_, ElementsAre(HasSubstr("no space left on device")));
  EXPECT_EQ(metrics->dropped(), 10u);  // a line and an event each
}

TEST_F(FileMetricsTest, GoOnWhenThereIsRoomAgain) {
  test::FaultyFileSystem disk(posix_file_system(), /*first_failure=*/0);
  const auto metrics = open(disk);
  metrics->record("train", 1, {{"loss", 1}});
  metrics->flush();
  disk.repair();
  metrics->record("train", 2, {{"loss", 1}});
  metrics->flush();
  ASSERT_EQ(lines().size(), 1u);
  EXPECT_EQ(lines()[0]["batch"], 2);
  EXPECT_EQ(test::events_of(event_files().back()).size(), 2u);
}

TEST_F(FileMetricsTest, StartANewLineAfterOneThatWasCut) {
  posix_file_system().replace(jsonl_, R"({"kind":"tra)", 0600);
  open()->record("train", 3, {});
  const std::string text = posix_file_system().read(jsonl_);
  EXPECT_EQ(nlohmann::json::parse(text.substr(text.find('\n')))["batch"], 3);
}

TEST_F(FileMetricsTest, AreTakenBackToAMark) {
  const auto earlier = open();
  earlier->record("train", 10, {{"loss", 1}});
  const auto mark = earlier->mark(10);
  ASSERT_TRUE(mark);
  earlier->record("train", 20, {{"loss", 0.5}});
  earlier->flush();
  ASSERT_EQ(lines().size(), 2u);
  const auto later = open();
  later->roll_back(*mark);
  EXPECT_EQ(lines().size(), 1u);
  later->record("train", 20, {{"loss", 0.25}});
  later->flush();
  ASSERT_EQ(lines().size(), 2u);
  EXPECT_EQ(lines()[1]["loss"], 0.25);
}

TEST_F(FileMetricsTest, CountTheSecondsOnFromAMark) {
  const auto metrics = open();
  metrics->roll_back({.batch = 10, .lines = 0, .seconds = 1000});
  metrics->record("train", 20, {});
  metrics->flush();
  EXPECT_GE(lines().at(0)["seconds"], 1000);
  EXPECT_GE(metrics->mark(20)->seconds, 1000);
}

TEST_F(FileMetricsTest, TellReadersOfEventsFromWhichStepOnTheRunGoesAnew) {
  open()->record("train", 30, {{"loss", 1}});
  const auto later = open();
  later->roll_back({.batch = 20, .lines = 0, .seconds = 0});
  later->record("train", 30, {{"loss", 1}});
  later->flush();
  const auto files = event_files();
  const auto events = test::events_of(files.at(1));
  ASSERT_EQ(events.size(), 3u);
  EXPECT_EQ(test::proto_field(events[1], 2).bits, 21u);
  EXPECT_EQ(test::proto_field(test::proto_field(events[1], 7).text, 1).bits, 1u);
}

TEST_F(FileMetricsTest, KeepAFileThatIsShorterThanItsMark) {
  open()->record("train", 10, {});
  open()->roll_back({.batch = 10, .lines = 1'000'000, .seconds = 0});
  EXPECT_EQ(lines().size(), 1u);
}

TEST_F(FileMetricsTest, HaveNoMarkWhileTheirFileCannotBeRead) {
  std::filesystem::create_symlink(jsonl_, jsonl_);
  EXPECT_FALSE(open()->mark(10));
}

TEST(NullMetrics, HaveNoMark) { EXPECT_FALSE(make_null_metrics()->mark(1)); }

TEST(NullMetrics, TakeEverythingAndDropNothing) {
  const auto metrics = make_null_metrics();
  metrics->record("train", 1, {{"loss", 1}});
  metrics->flush();
  EXPECT_EQ(metrics->dropped(), 0u);
}

}  // namespace
}  // namespace weir

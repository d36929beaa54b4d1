#include "server/mlflow/layout.h"

#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir::mlflow {
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;

TEST(MlflowLayout, AMetricIsALineOfTimeValueAndStep) {
  EXPECT_EQ(metric_line(1700000000123, 0.1, 20), "1700000000123 0.1 20\n");
  EXPECT_EQ(metric_line(1, std::numeric_limits<double>::quiet_NaN(), 0), "1 nan 0\n");
  EXPECT_EQ(metric_line(1, -std::numeric_limits<double>::infinity(), 0), "1 -inf 0\n");
  EXPECT_EQ(metric_line(1, 1e-300, 0), "1 1e-300 0\n");
}

TEST(MlflowLayout, LinesOfLaterStepsAndPartsOfLinesAreLeftOut) {
  EXPECT_EQ(lines_up_to("1 0.5 10\n2 0.4 20\n3 0.3 30\n4 0.2 2", 20), "1 0.5 10\n2 0.4 20\n");
  EXPECT_EQ(lines_up_to("1 0.5 10\nnonsense\n2 0.4 x\n", 20), "1 0.5 10\n");
  EXPECT_EQ(lines_up_to("", 20), "");
}

TEST(MlflowLayout, ValuesKeepTheTimesOfTheirLines) {
  EXPECT_EQ(lines_of({{10, 0.5}, {20, 0.4}}, "1 0.5 10\n3 0.3 30\n", 7), "1 0.5 10\n7 0.4 20\n");
}

TEST(MlflowLayout, TextsAreReadBackWhateverIsInThem) {
  for (const std::string name : {"plain", "a: b", "quote \" and \\", "line\nbreak", "größe"}) {
    const std::string yaml = to_yaml(ExperimentMeta{.id = "12", .name = name, .folder = "/s/12"});
    EXPECT_EQ(yaml_value(yaml, "name"), name);
    EXPECT_EQ(yaml_value(yaml, "experiment_id"), "12");
  }
}

TEST(MlflowLayout, ReadsWhatMlflowWrites) {
  const std::string yaml = "artifact_location: file:///s/1\nname: 'it''s: mine'\nstatus: 3\n";
  EXPECT_EQ(yaml_value(yaml, "name"), "it's: mine");
  EXPECT_EQ(yaml_value(yaml, "status"), "3");
  EXPECT_EQ(yaml_value(yaml, "artifact_location"), "file:///s/1");
  EXPECT_FALSE(yaml_value(yaml, "ame"));
}

TEST(MlflowLayout, ARunThatGoesOnHasNoEnd) {
  RunMeta run{.id = "r", .experiment = "12", .name = "D", .user = "u", .folder = "/s/12/r"};
  EXPECT_THAT(to_yaml(run), HasSubstr("end_time: null\n"));
  EXPECT_THAT(to_yaml(run), HasSubstr("status: 1\n"));
  run.end = 7;
  run.status = RunStatus::killed;
  EXPECT_THAT(to_yaml(run), HasSubstr("end_time: 7\n"));
  EXPECT_THAT(to_yaml(run), HasSubstr("status: 5\n"));
}

TEST(MlflowLayout, PathsBecomeUris) {
  EXPECT_EQ(file_uri("/a b/ü#1/c.d"), "file:///a%20b/%C3%BC%231/c.d");
}

TEST(MlflowLayout, TextsAreCutBetweenCharacters) {
  EXPECT_EQ(shortened("abc", 3), "abc");
  EXPECT_EQ(shortened("abcd", 3), "abc");
  EXPECT_EQ(shortened("abü", 3), "ab");
}

TEST(MlflowLayout, ExperimentsHaveTheNumberOfTheirName) {
  EXPECT_THAT(experiment_id("heat", 0), MatchesRegex("[1-9][0-9]{17}"));
  EXPECT_EQ(experiment_id("heat", 0), experiment_id("heat", 0));
  EXPECT_NE(experiment_id("heat", 0), experiment_id("heat", 1));
  EXPECT_NE(experiment_id("heat", 0), experiment_id("cavity", 0));
}

TEST(MlflowLayout, RunsHaveNumbersOfTheirOwn) {
  EXPECT_THAT(random_run_id(), MatchesRegex("[0-9a-f]{32}"));
  EXPECT_NE(random_run_id(), random_run_id());
}

}  // namespace
}  // namespace weir::mlflow

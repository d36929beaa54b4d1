// The page that is made of a record.

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "launcher/report/report.h"

namespace weir {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Lt;
using testing::Not;

const std::string hostile = "</text><script>alert('x')</script>";

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (auto at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++found;
  return found;
}

/// A study that has ended and has all that can be shown.
StudyRecord record_of(const std::string& name, std::size_t records = 20) {
  StudyRecord record;
  record.folder = "/runs/" + name;
  record.label = name;
  record.study_text = R"({"name": ")" + name + R"(", "seed": 1})";
  record.study.value.name = name;
  record.study.value.parameters = {{.name = "a", .lower = 0, .upper = 1, .unit = "K"},
                                   {.name = "b", .lower = 0, .upper = 1, .unit = ""}};
  record.study.value.buffer.capacity = 100;
  record.summary.value = {{"status", "done"},
                          {"samples", {{"unique", 1000}, {"expected", 1000}, {"trained", 2500}}},
                          {"samples_per_second", {{"mean", 123.4}}}};
  record.status.problem = "none";
  auto& metrics = record.metrics.value;
  for (std::size_t k = 0; k < records; ++k) {
    const auto x = static_cast<double>(k);
    metrics.train.push_back({x, x, 10 * x, std::exp(-x), 1e-3, 100 + x});
    metrics.buffer.push_back({x, x, 50, x});
    metrics.validations.push_back({x, x, 10 * x, 1 / (x + 1), 0.1 / (x + 1)});
  }
  metrics.checkpoints = {{1, 5, 5, 0.01, 0.1, 1e6}};
  metrics.repeats = {0, 30, 20, 10};
  metrics.fields = {{.name = "u",
                     .mse = 2,
                     .relative_l2 = 0.01,
                     .maximum = 5,
                     .step_mse = {1, 2, 3},
                     .step_relative_l2 = {0.1, 0.2, 0.3},
                     .step_maximum = {3, 4, 5}}};
  for (std::size_t k = 0; k < records; ++k) {
    const auto x = static_cast<double>(k);
    record.draws.value.draws.push_back({x, 1, 2, x});
  }
  record.draws.value.drawn = record.draws.value.arrived = static_cast<double>(records);
  record.jobs.value = {{.name = "weir.s.server",
                        .server = true,
                        .from = 100,
                        .to = 200,
                        .end = JobEnd::ok,
                        .reason = ""},
                       {.name = "weir.s.0.0",
                        .server = false,
                        .from = 110,
                        .to = 120,
                        .end = JobEnd::failed,
                        .reason = "exit code 3"}};
  record.servers.value = {{.time = 101, .seconds = 0, .facts = {{"host", "node7"}}}};
  auto& evaluation = record.evaluation.value;
  evaluation.trained = {{0.1, 0.2}, {0.3, 0.4}};
  evaluation.validation = {{.sim = 9, .parameters = {0.5, 0.6}, .relative_l2 = 0.1}};
  evaluation.pictures = {
      {.which = "best",
       .simulation = evaluation.validation[0],
       .step = 2,
       .time = 0.2,
       .fields = {{.name = "u",
                   .unit = "K",
                   .shape = {2, 2},
                   .truth = {1, 2, 3, 4},
                   .prediction = {1, 2, 3, 5}},
                  {.name = "v", .unit = "", .shape = {2}, .truth = {1, 2}, .prediction = {1, 2}}}}};
  return record;
}

TEST(Page, HasEverySection) {
  const auto page = report_page({record_of("toy")});
  for (const auto* id : {"results", "losses", "throughput", "buffer", "draws", "parameters",
                         "errors", "pictures", "timeline", "study", "host"}) {
    EXPECT_THAT(page, HasSubstr("<section id=\"" + std::string(id) + "\">"));
    EXPECT_THAT(page, HasSubstr("href=\"#" + std::string(id) + "\""));
  }
  EXPECT_THAT(page, AllOf(HasSubstr("<title>toy</title>"), HasSubstr("123.4"), HasSubstr("node7"),
                          HasSubstr("exit code 3"), HasSubstr("on average 1.667 times")));
  EXPECT_THAT(page, Not(HasSubstr("class=\"missing\"")));
  EXPECT_EQ(count(page, "<svg"), count(page, "</svg>"));
  EXPECT_EQ(count(page, "<figure"), count(page, "</figure>"));
}

TEST(Page, NeedsNothingOutsideItself) {
  const auto page = report_page({record_of("toy")});
  for (const auto* outside : {"http://", "https://", "src=", "@import", "url(", "<script"})
    EXPECT_THAT(page, Not(HasSubstr(outside)));
}

TEST(Page, DoesNotBelieveWhatAStudySays) {
  auto record = record_of(hostile);
  record.study.value.parameters[0].name = record.study.value.parameters[0].unit = hostile;
  record.metrics.value.fields[0].name = hostile;
  record.summary.value["status"] = record.summary.value["reason"] = hostile;
  record.jobs.value[1].reason = record.servers.value[0].facts[0].first = hostile;
  record.servers.value[0].facts[0].second = record.draws.problem = hostile;
  auto& picture = record.evaluation.value.pictures[0];
  picture.which = picture.fields[0].name = picture.fields[0].unit = hostile;
  EXPECT_THAT(report_page({record}), Not(HasSubstr("<script")));
  EXPECT_THAT(report_page({record, record_of("b")}), Not(HasSubstr("<script")));
}

TEST(Page, OfAStudyOfWhichNothingIsKnownSaysSo) {
  StudyRecord record;
  record.folder = "/runs/x";
  record.study.problem = "there is no study.json";
  record.summary.problem = record.status.problem = record.metrics.problem = record.draws.problem =
      record.jobs.problem = record.servers.problem = record.evaluation.problem = "it is gone";
  const auto page = report_page({record});
  EXPECT_THAT(page, HasSubstr("<title>x</title>"));
  EXPECT_THAT(page, HasSubstr("<p class=\"missing\">it is gone.</p>"));
  EXPECT_EQ(count(page, "<section"), 11u);
}

TEST(Page, OfAStudyThatRunsShowsHowItStands) {
  auto record = record_of("toy");
  record.summary = {.value = {}, .problem = "the study has not ended"};
  record.status = {.value = {{"phase", "running"}, {"samples", {{"trained", 4321}}}},
                   .problem = ""};
  EXPECT_THAT(report_page({record}), AllOf(HasSubstr("running"), HasSubstr("4321")));
}

TEST(Page, IsSmallWhateverTheLengthOfTheTraining) {
  const auto record = record_of("long", /*records=*/1000000);
  EXPECT_THAT(report_page({record}).size(), Lt(3000000u));
  EXPECT_THAT(report_page({record, record_of("other")}).size(), Lt(3000000u));
}

TEST(Page, ShowsTheWavesOfSimulationsWhereTheyAreKnown) {
  auto record = record_of("toy");
  const std::string title = "<h3>Simulations at a time</h3>";
  EXPECT_THAT(report_page({record}), HasSubstr(title));
  EXPECT_THAT(report_page({record, record_of("other")}), HasSubstr(title));
  record.jobs.value.pop_back();  // the server's alone
  EXPECT_THAT(report_page({record}), Not(HasSubstr(title)));
  record = record_of("toy");
  record.servers.value.clear();
  EXPECT_THAT(report_page({record}), Not(HasSubstr(title)));
}

TEST(Page, OfSeveralStudiesHasThemBesideEachOther) {
  auto other = record_of("second");
  other.study_text = R"({"name": "second", "seed": 2})";
  const auto page = report_page({record_of("first"), other});
  EXPECT_THAT(page,
              AllOf(HasSubstr("2 studies compared"), HasSubstr("<th>first</th><th>second</th>"),
                    HasSubstr("<td>/seed</td><td>1</td><td>2</td>")));
  EXPECT_EQ(count(page, "<section"), 6u);
}

}  // namespace
}  // namespace weir

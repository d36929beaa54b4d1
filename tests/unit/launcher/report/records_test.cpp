// What is read out of a study directory for a report.

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "launcher/report/evaluation_record.h"
#include "launcher/report/job_record.h"
#include "launcher/report/metrics_record.h"
#include "launcher/report/server_record.h"
#include "launcher/report/study_record.h"
#include "src/core/error.h"
#include "tests/support/temporary_folder.h"

namespace weir {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::IsNan;
using testing::SizeIs;

TEST(Metrics, AreReadByTheirKind) {
  const auto metrics = parse_metrics(
      R"({"kind":"train","batch":10,"seconds":1.5,"loss":0.5,"learning_rate":0.001,"samples":100,"samples_per_second":66})"
      "\n"
      R"({"kind":"buffer","batch":10,"seconds":1.5,"population":30,"unseen":20,"seen":10,"free":70})"
      "\n"
      R"({"kind":"validation","batch":15,"seconds":2,"loss":0.25,"mse":4,"relative_l2":0.1,"fields":{"u":{"mse":4,"relative_l2":0.1,"maximum":9,"steps":{"mse":[1,null],"relative_l2":[0.2,0.3],"maximum":[8,9]}}}})"
      "\n"
      R"({"kind":"checkpoint","batch":15,"seconds":3,"number":1,"pause_seconds":0.01,"write_seconds":0.2,"bytes":1000})"
      "\n"
      R"({"kind":"histogram","batch":20,"seconds":4,"name":"repeats","counts":[0,5,3]})"
      "\n");
  ASSERT_THAT(metrics.train, SizeIs(1));
  EXPECT_EQ(metrics.train[0].samples_per_second, 66);
  ASSERT_THAT(metrics.buffer, SizeIs(1));
  EXPECT_EQ(metrics.buffer[0].unseen, 20);
  ASSERT_THAT(metrics.validations, SizeIs(1));
  EXPECT_EQ(metrics.validations[0].relative_l2, 0.1);
  EXPECT_EQ(metrics.validations[0].samples, 150);  // ten a batch, as in the record before it
  ASSERT_THAT(metrics.fields, SizeIs(1));
  EXPECT_EQ(metrics.fields[0].name, "u");
  EXPECT_THAT(metrics.fields[0].step_mse, ElementsAre(1, IsNan()));
  EXPECT_THAT(metrics.fields[0].step_maximum, ElementsAre(8, 9));
  ASSERT_THAT(metrics.checkpoints, SizeIs(1));
  EXPECT_EQ(metrics.checkpoints[0].pause_seconds, 0.01);
  EXPECT_THAT(metrics.repeats, ElementsAre(0, 5, 3));
  EXPECT_EQ(metrics.passed_over, 0u);
}

TEST(Metrics, PassOverWhatIsNoRecord) {
  const auto metrics = parse_metrics(
      "nonsense\n[1]\n{\"kind\":3}\n\n{\"kind\":\"train\",\"loss\":\"low\"}\n"
      "{\"kind\":\"validation\",\"fields\":{\"u\":1,\"v\":{\"steps\":[]}}}\n"
      "{\"kind\":\"train\",\"lo");
  EXPECT_EQ(metrics.passed_over, 4u);
  ASSERT_THAT(metrics.train, SizeIs(1));
  EXPECT_THAT(metrics.train[0].loss, IsNan());
  ASSERT_THAT(metrics.fields, SizeIs(1));
  EXPECT_THAT(metrics.fields[0].step_mse, IsEmpty());
}

TEST(Metrics, OfAnEmptyFileAreNone) { EXPECT_THAT(parse_metrics("").train, IsEmpty()); }

JournalEntry entry(JournalEvent event, const std::string& name, double time) {
  return {.event = event, .name = name, .job = "", .reason = "", .time = time};
}

TEST(Jobs, RunFromTheirSubmissionToTheirEnd) {
  auto good = entry(JournalEvent::ended, "weir.s.0.0", 30);
  good.ok = true;
  auto bad = entry(JournalEvent::ended, "weir.s.server", 40);
  bad.reason = "exit code 1";
  const auto jobs = jobs_of({entry(JournalEvent::intent, "weir.s.server", 10),
                             entry(JournalEvent::submitted, "weir.s.server", 11),
                             entry(JournalEvent::intent, "weir.s.0.0", 20), good, bad,
                             entry(JournalEvent::intent, "weir.s.server", 50),
                             entry(JournalEvent::submitted, "weir.s.server", 51)});
  ASSERT_THAT(jobs, SizeIs(3));
  EXPECT_TRUE(jobs[0].server);
  EXPECT_EQ(jobs[0].end, JobEnd::failed);
  EXPECT_EQ(jobs[0].reason, "exit code 1");
  EXPECT_EQ(jobs[1].end, JobEnd::ok);
  EXPECT_EQ(jobs[1].to - jobs[1].from, 10);
  EXPECT_EQ(jobs[2].end, JobEnd::running);
  EXPECT_EQ(jobs[2].to, 51);
}

TEST(Jobs, OfAJournalWithoutTimesAreRefused) {
  JournalEntry old = entry(JournalEvent::intent, "weir.s.server", 1);
  old.time.reset();
  EXPECT_THROW(jobs_of({old}), Error);
  EXPECT_THAT(jobs_of({}), IsEmpty());
}

TEST(Servers, TellWhenAMomentOfTheTrainingWas) {
  const auto servers = parse_servers(
      "{\"time\":1000,\"seconds\":0,\"host\":\"a\"}\ntorn\n{\"time\":2000,\"seconds\":60,\"ranks\":"
      "2}\n");
  ASSERT_THAT(servers, SizeIs(2));
  EXPECT_EQ(servers[0].facts[0].second, "a");
  EXPECT_EQ(servers[1].facts[0].second, "2");
  EXPECT_EQ(time_of(servers, 30), 1030);
  EXPECT_EQ(time_of(servers, 70), 2010);
  EXPECT_THAT(time_of({}, 1), IsNan());
}

TEST(Servers, SayWhatMetricsCallAMoment) {
  const std::vector<ServerRecord> servers = {{.time = 1000, .seconds = 0, .facts = {}},
                                             {.time = 2000, .seconds = 60, .facts = {}}};
  EXPECT_EQ(training_seconds(servers, 990), -10);
  EXPECT_EQ(training_seconds(servers, 1030), 30);
  EXPECT_EQ(training_seconds(servers, 2010), 70);
  EXPECT_THAT(training_seconds({}, 1), IsNan());
}

std::string evaluation(const std::string& picture) {
  return R"({"format":"weir-evaluation","version":1,"trained":[[1]],"not_looked_at":2,)"
         R"("validation":[{"sim":7,"parameters":[2],"relative_l2":null}],"pictures":[)" +
         picture + "]}";
}

std::string picture(const std::string& shape, const std::string& values) {
  return R"({"which":"best","sim":7,"parameters":[2],"relative_l2":0.5,"step":3,"time":0.3,)"
         R"("fields":[{"name":"u","unit":"K","shape":)" +
         shape + R"(,"truth":)" + values + R"(,"prediction":)" + values + "}]}";
}

TEST(EvaluationFile, IsRead) {
  const auto found = parse_evaluation(evaluation(picture("[1,2]", "[1,null]")), 1);
  EXPECT_THAT(found.trained, ElementsAre(ElementsAre(1)));
  EXPECT_THAT(found.validation.at(0).relative_l2, IsNan());
  EXPECT_THAT(found.pictures.at(0).fields.at(0).truth, ElementsAre(1, IsNan()));
  EXPECT_EQ(found.not_looked_at, 2u);
}

TEST(EvaluationFile, IsRefusedWhenItIsNotWhatItSays) {
  for (
      const auto& text :
      {std::string("{"), std::string("[]"), std::string(R"({"format":"other","version":1})"),
       std::string(
           R"({"format":"weir-evaluation","version":2,"trained":[],"validation":[],"not_looked_at":0,"pictures":[]})"),
       evaluation(picture("[2,2]", "[1,2]")), evaluation(picture("[]", "[]")),
       evaluation(picture("[4294967296,4294967296]", "[]")), evaluation(picture("[0,0]", "[]")),
       evaluation(picture("[1,1,1]", "[1]")), evaluation(picture("[1]", "[\"x\"]"))})
    EXPECT_THROW(parse_evaluation(text, 1), Error) << text;
  EXPECT_THROW(parse_evaluation(evaluation(""), 2), Error);
}

class Directory : public testing::Test {
 protected:
  test::TemporaryFolder folder_;
  FileSystem& files_ = posix_file_system();
  StudyDirectory directory_{folder_.path()};
};

TEST_F(Directory, WithNothingInItSaysWhatIsMissing) {
  const auto record = read_study_record(files_, directory_);
  EXPECT_THAT(record.study.problem, HasSubstr("there is no study.json"));
  EXPECT_THAT(record.summary.problem, HasSubstr("the study has not ended"));
  EXPECT_THAT(record.metrics.problem, HasSubstr("there is no metrics.jsonl"));
  EXPECT_THAT(record.draws.problem, HasSubstr("\"lineage\": true"));
  EXPECT_THAT(record.jobs.problem, HasSubstr("no launcher's journal"));
  EXPECT_THAT(record.servers.problem, HasSubstr("there is no servers.jsonl"));
  EXPECT_THAT(record.evaluation.problem, HasSubstr("there is no evaluation.json"));
}

TEST_F(Directory, WithDamagedFilesSaysWhichAndReadsTheOthers) {
  for (const auto& path :
       {directory_.study(), directory_.summary(), directory_.evaluation(), directory_.lineage(0)})
    files_.replace(path, "damaged", 0600);
  files_.replace(directory_.metrics(), "{\"kind\":\"train\",\"loss\":1}\n", 0600);
  const auto record = read_study_record(files_, directory_);
  EXPECT_THAT(record.summary.problem, HasSubstr("summary.json is damaged"));
  EXPECT_THAT(record.evaluation.problem, HasSubstr("evaluation.json is damaged"));
  EXPECT_NE(record.study.problem, "");
  EXPECT_NE(record.draws.problem, "");
  EXPECT_THAT(record.metrics.value.train, SizeIs(1));
}

TEST(Labels, AreTheShortestThatTellStudiesApart) {
  std::vector<StudyRecord> records(3);
  records[0].folder = "/runs/a/D";
  records[1].folder = "/runs/b/D";
  records[2].folder = "/runs/b/E";
  label_records(records);
  EXPECT_EQ(records[0].label, "a/D");
  EXPECT_EQ(records[1].label, "b/D");
  EXPECT_EQ(records[2].label, "b/E");
  records.resize(1);
  label_records(records);
  EXPECT_EQ(records[0].label, "D");
}

}  // namespace
}  // namespace weir

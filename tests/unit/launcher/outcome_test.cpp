#include "launcher/run/outcome.h"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "launcher/records/failure_causes.h"
#include "launcher/schedulers/log_tail.h"
#include "src/core/error.h"
#include "tests/support/temporary_folder.h"

namespace weir {
namespace {

using testing::HasSubstr;

const StudyDirectory directory{"/d"};

ServerEnd server_end(std::optional<int> exit_code, bool interrupted = false,
                     std::string failure = "") {
  return {
      .report = {.state = JobState::failed, .reason = "killed by signal 9", .exit_code = exit_code},
      .failure = std::move(failure),
      .interrupted = interrupted};
}

Outcome decide(const char* status, const ServerEnd& end) {
  return decide_outcome(SummaryHead{status, "too little memory"}, end, "", directory);
}

TEST(OutcomeTest, FollowsTheSummary) {
  EXPECT_EQ(decide("done", server_end(0)).exit_code, 0);
  EXPECT_EQ(decide("stopped", server_end(130)).exit_code, 130);
  const auto failed = decide("failed", server_end(1));
  EXPECT_EQ(failed.exit_code, 1);
  EXPECT_THAT(failed.text, HasSubstr("too little memory"));
  EXPECT_THAT(failed.text, HasSubstr("/d/logs"));
}

TEST(OutcomeTest, IsInterruptedUnlessTheStudyWasDoneAlready) {
  EXPECT_EQ(decide("failed", server_end(1, /*interrupted=*/true)).exit_code, 130);
  EXPECT_EQ(decide("done", server_end(0, /*interrupted=*/true)).exit_code, 0);
  EXPECT_EQ(decide_outcome({}, server_end({}, /*interrupted=*/true), "", directory).exit_code, 130);
}

TEST(OutcomeTest, FollowsTheServersExitCodeWithoutASummary) {
  EXPECT_EQ(decide_outcome({}, server_end(2), "", directory).exit_code, 2);
  EXPECT_EQ(decide_outcome({}, server_end(3), "", directory).exit_code, 3);
  EXPECT_EQ(decide_outcome({}, server_end(137), "", directory).exit_code, 1);
  EXPECT_EQ(decide_outcome({}, server_end({}), "", directory).exit_code, 1);
}

TEST(OutcomeTest, IsNoSuccessWhenTheServerLeavesNoSummary) {
  EXPECT_EQ(decide_outcome({}, server_end(0), "", directory).exit_code, 1);
}

TEST(OutcomeTest, QuotesTheServerOrSaysHowItEnded) {
  EXPECT_THAT(decide_outcome({}, server_end(3), "no room", directory).text, HasSubstr("no room"));
  EXPECT_THAT(decide_outcome({}, server_end({}), "", directory).text,
              HasSubstr("killed by signal 9"));
  const auto ended = decide_outcome({}, server_end({}, false, "no answer"), "", directory);
  EXPECT_EQ(ended.exit_code, 3);
  EXPECT_THAT(ended.text, HasSubstr("no answer"));
}

class SummaryTest : public testing::Test {
 protected:
  test::TemporaryFolder folder_;
  StudyDirectory own_{folder_.path()};
  FileSystem& files_ = posix_file_system();
};

TEST_F(SummaryTest, IsReadWhereThereIsOne) {
  EXPECT_FALSE(read_summary(files_, own_));
  files_.replace(own_.summary(), R"({"status":"failed","reason":"why","x":1})", 0600);
  EXPECT_EQ(read_summary(files_, own_)->status, "failed");
  EXPECT_EQ(read_summary(files_, own_)->reason, "why");
}

TEST_F(SummaryTest, IsRefusedWhenItIsDamaged) {
  for (const char* text : {"", "{\"status\":", "[]", "{\"status\":3}"}) {
    files_.replace(own_.summary(), text, 0600);
    EXPECT_THROW(read_summary(files_, own_), Error) << text;
  }
}

TEST_F(SummaryTest, IsWrittenForAServerThatCouldNot) {
  Snapshot last;
  last.status = wire::LaunchStatus{.expected = 10, .finished = 4, .samples_unique = 40};
  write_failure_summary(files_, own_, last, "killed by signal 9");
  EXPECT_EQ(read_summary(files_, own_)->status, "failed");
  const auto json = nlohmann::json::parse(files_.read(own_.summary()));
  EXPECT_EQ(json["simulations"]["finished"], 4);
  EXPECT_EQ(json["samples"]["unique"], 40);
}

TEST_F(SummaryTest, NamesTheJobsThatFailedWithTheirReasons) {
  files_.replace(own_.summary(), R"({"status": "done", "batches": 7})", 0600);
  const JournalEntry failed = {.event = JournalEvent::ended,
                               .name = "weir.toy.3.0",
                               .job = "12",
                               .reason = "time limit of the job"};
  auto well = failed, unwanted = failed, begun = failed;
  well.ok = true;
  unwanted.withdrawn = true;
  begun.event = JournalEvent::submitted;
  add_failed_jobs(files_, own_, {begun, well, failed, unwanted});
  const auto json = nlohmann::json::parse(files_.read(own_.summary()));
  EXPECT_EQ(json["batches"], 7);
  ASSERT_EQ(json["failed_jobs"].size(), 1u);
  EXPECT_EQ(json["failed_jobs"][0]["name"], "weir.toy.3.0");
  EXPECT_EQ(json["failed_jobs"][0]["job"], "12");
  EXPECT_EQ(json["failed_jobs"][0]["reason"], "time limit of the job");
}

TEST(FailureCauses, AreOfJobsThatFailedNotOfThoseThatNobodyWantedAnyMore) {
  const auto ended = [](const char* reason, bool ok, bool withdrawn) {
    return JournalEntry{.event = JournalEvent::ended,
                        .name = "weir.toy.3.0",
                        .job = "12",
                        .reason = reason,
                        .ok = ok,
                        .withdrawn = withdrawn};
  };
  const auto causes = failure_causes({ended("out of memory", false, false), ended("", true, false),
                                      ended("the study stops", false, true)});
  EXPECT_THAT(causes, testing::ElementsAre(testing::Pair("out of memory", 1)));
}

TEST_F(SummaryTest, LeavesASummaryAsItIsWhenNoJobFailedOrItIsDamaged) {
  const JournalEntry failed = {
      .event = JournalEvent::ended, .name = "weir.toy.3.0", .job = "12", .reason = "exit code 1"};
  add_failed_jobs(files_, own_, {failed});
  EXPECT_FALSE(files_.exists(own_.summary()));
  for (const char* summary : {R"({"status": "done"})", "{\"status\":"}) {
    files_.replace(own_.summary(), summary, 0600);
    add_failed_jobs(files_, own_, {});
    EXPECT_EQ(files_.read(own_.summary()), summary);
  }
  add_failed_jobs(files_, own_, {failed});
  EXPECT_EQ(files_.read(own_.summary()), "{\"status\":");
}

TEST(LogTailTest, FindsTheServersLastMessageBelowWhatMpirunAdds) {
  const test::TemporaryFolder folder;
  const auto log = folder / "server.log";
  EXPECT_EQ(last_server_message(log), "");
  std::ofstream(log)
      << "weir-server: rank 0: first\nweir-server: rank 1: no room: 3 GiB\n-----\nmpirun says\n";
  EXPECT_EQ(last_server_message(log), "no room: 3 GiB");
}

TEST(LogTailTest, TakesTheLastLineWithoutControlCharacters) {
  const test::TemporaryFolder folder;
  const auto log = folder / "sim.log";
  EXPECT_EQ(last_line(log), "");
  std::ofstream(log) << std::string(100000, 'x')
                     << "\n  \x1b"
                        "error\r\n \n\n";
  EXPECT_EQ(last_line(log), "error");
  std::ofstream(log) << std::string(100000, 'x');
  EXPECT_EQ(last_line(log).size(), 200u);
}

}  // namespace
}  // namespace weir

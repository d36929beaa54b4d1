// OAR's commands as argument vectors, and its answers as OAR 2.5 prints them.

#include "launcher/schedulers/oar.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "launcher/schedulers/batch_script.h"
#include "launcher/schedulers/job_file.h"
#include "launcher/schedulers/oar_state.h"
#include "src/core/error.h"
#include "tests/support/scripted_commands.h"
#include "tests/support/temporary_folder.h"

namespace weir {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::Pair;

constexpr const char* no_jobs =
    "hash- or arrayref expected (not a simple scalar, use allow_nonref to allow this) at "
    "/usr/lib/oar/oarstat line 376.\n";

std::string listed(const std::string& id, const std::string& name, const std::string& state,
                   const std::string& directory, const std::string& more = "") {
  return "\"" + id + "\" : {\"Job_Id\" : " + id + ", \"name\" : \"" + name + "\", \"state\" : \"" +
         state + "\", \"launchingDirectory\" : \"" + directory + "\"" + more + "}";
}

class OarTest : public testing::Test {
 protected:
  OarTest() {
    study_.name = "s";
    study_.launcher.poll = 5;
    commands_.answer(
        "oarsub", test::prints("[ADMISSION RULE] Set default walltime to 7200.\nOAR_JOB_ID=42\n"));
  }
  OarScheduler& oar() {
    if (!oar_) oar_.emplace(study_, directory_, commands_, posix_file_system(), clock_);
    return *oar_;
  }
  JobRequest job(const std::string& name, JobRole role = JobRole::simulation) {
    return {.name = name,
            .role = role,
            .command = {"solver", "; rm -rf $HOME"},
            .ranks = 4,
            .launch = Launch::automatic,
            .environment = {},
            .log = directory_.root / "log",
            .directory = directory_.root};
  }
  std::map<JobId, JobReport> poll() {
    clock_.advance(std::chrono::seconds(5));
    return oar().poll();
  }
  void lists(const std::string& id, const std::string& name, const std::string& state,
             const std::string& more = "") {
    commands_.answer(
        "oarstat",
        test::prints("{" + listed(id, name, state, directory_.jobs().string(), more) + "}\n"));
  }

  test::TemporaryFolder folder_;
  StudyDirectory directory_{std::filesystem::canonical(folder_.path())};
  Study study_;
  ManualClock clock_;
  test::ScriptedCommands commands_;
  std::optional<OarScheduler> oar_;
};

TEST_F(OarTest, SubmitsAPathAndOptionsButNoValueOfTheStudy) {
  auto& clients = study_.launcher.clients;
  clients.partition = "production";
  clients.account = "heat";
  clients.reservation = "77";
  clients.constraint = "cluster = 'a b'";
  clients.nodes = 2;
  clients.cores_per_rank = 3;
  clients.time_limit = 5401;
  clients.options = {"-tbesteffort"};
  EXPECT_EQ(oar().submit(job("weir.s.0.0")), "42");
  EXPECT_THAT(
      commands_.commands("oarsub").back(),
      ElementsAre("oarsub", "--name=weir.s.0.0", "--directory=" + directory_.jobs().string(),
                  "--stdout=weir.s.0.0.out", "--stderr=weir.s.0.0.out",
                  "--resource=/nodes=2/core=6,walltime=1:31:00", "--queue=production",
                  "--project=heat", "--property=cluster = 'a b'", "--type=inner=77", "-tbesteffort",
                  "./job.sh ./setup.clients.sh " + job_program().string() + " ./weir.s.0.0.json"));
  const auto file = read_job_file(posix_file_system(), job_file_path(directory_, "weir.s.0.0"));
  EXPECT_THAT(file.command, ElementsAre("solver", "; rm -rf $HOME"));
}

TEST_F(OarTest, AsksForAcceleratorsAndForAWarningOfTheServer) {
  study_.launcher.server.accelerators = "gpu:4";
  study_.launcher.server.time_limit = 3600;
  study_.launcher.warning = 120;
  oar().submit(job("weir.s.server", JobRole::server));
  EXPECT_THAT(commands_.commands("oarsub").back(),
              Contains("--resource=/nodes=1/gpu=4,walltime=1:00:00"));
  EXPECT_THAT(commands_.commands("oarsub").back(), Contains("--checkpoint=120"));
  EXPECT_THAT(commands_.commands("oarsub").back(), Contains("--signal=10"));
  const auto file = read_job_file(posix_file_system(), job_file_path(directory_, "weir.s.server"));
  EXPECT_EQ(file.launch, Launch::mpirun);
}

TEST_F(OarTest, AsksAboutAllJobsInOneCommand) {
  oar().submit(job("weir.s.0.0"));
  commands_.answer("oarsub", test::prints("OAR_JOB_ID=43\n"));
  oar().submit(job("weir.s.1.0"));
  const std::string jobs = directory_.jobs().string();
  commands_.answer("oarstat", test::prints("{" + listed("42", "weir.s.0.0", "Running", jobs) + "," +
                                           listed("43", "weir.s.1.0", "Waiting", jobs) + "}"));
  const auto reports = poll();
  EXPECT_EQ(reports.at("42").state, JobState::running);
  EXPECT_EQ(reports.at("43").state, JobState::pending);
  EXPECT_EQ(commands_.count("oarstat"), 1u);
  EXPECT_THAT(commands_.commands("oarstat").back(),
              ElementsAre("oarstat", "--full", "--json", "--job", "42", "--job", "43"));
  oar().poll();
  EXPECT_EQ(commands_.count("oarstat"), 1u);  // not before the next is due
}

TEST_F(OarTest, TellsAnEndOnceWithItsExitCode) {
  oar().submit(job("weir.s.0.0"));
  lists("42", "weir.s.0.0", "Terminated", ", \"exit_code\" : 1792");
  const auto report = poll().at("42");
  EXPECT_EQ(report.state, JobState::failed);
  EXPECT_EQ(report.exit_code, 7);
  EXPECT_EQ(report.cause, JobCause::exit_code);
  EXPECT_THAT(poll(), IsEmpty());
}

struct EventCase {
  const char* events;
  JobState state;
  JobCause cause;
};

class OarEvents : public testing::TestWithParam<EventCase> {};

TEST_P(OarEvents, TellTheCause) {
  const auto jobs =
      parse_oarstat(std::string(R"({"7": {"name": "a", "state": "Error", "events": [)") +
                    GetParam().events + "]}}");
  ASSERT_TRUE(jobs);
  const auto report = oar_report(jobs->at(0));
  ASSERT_TRUE(report);
  EXPECT_EQ(report->state, GetParam().state);
  EXPECT_EQ(report->cause, GetParam().cause);
}

INSTANTIATE_TEST_SUITE_P(
    All, OarEvents,
    testing::Values(EventCase{R"({"type": "FRAG_JOB_REQUEST"}, {"type": "WALLTIME"})",
                              JobState::failed, JobCause::time_limit},
                    EventCase{R"({"type": "BESTEFFORT_KILL"}, {"type": "FRAG_JOB_REQUEST"})",
                              JobState::failed, JobCause::preempted},
                    EventCase{R"({"type": "PING_CHECKER_NODE_SUSPECTED_END_JOB"})",
                              JobState::failed, JobCause::node_failure},
                    EventCase{R"({"type": "FRAG_JOB_REQUEST"})", JobState::cancelled,
                              JobCause::cancelled},
                    EventCase{R"({"type": "SWITCH_INTO_ERROR_STATE"})", JobState::failed,
                              JobCause::never_ran}));

TEST_F(OarTest, RefusesWhatOarsubRefuses) {
  commands_.answer("oarsub", test::fails("# Error: queue missing does not exist\n", 8));
  try {
    oar().submit(job("weir.s.0.0"));
    FAIL() << "it was taken";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("queue missing does not exist"));
  }
  EXPECT_THAT(poll(), IsEmpty());
}

TEST_F(OarTest, LooksForASubmissionWithoutAnAnswerAndFindsIt) {
  commands_.answer("oarsub", test::hangs());
  EXPECT_EQ(oar().submit(job("weir.s.0.0")), "weir.s.0.0");
  lists("42", "weir.s.0.0", "Running");
  EXPECT_EQ(poll().at("weir.s.0.0").state, JobState::running);
  EXPECT_EQ(commands_.count("oarsub"), 1u);
  lists("42", "weir.s.0.0", "Terminated", ", \"exit_code\" : \"0\"");
  EXPECT_EQ(poll().at("weir.s.0.0").state, JobState::done);
}

TEST_F(OarTest, SubmitsAgainWhatIsNotThereAfterTwoLooks) {
  commands_.answer("oarsub", test::hangs());
  oar().submit(job("weir.s.0.0"));
  commands_.answer("oarstat", test::fails(no_jobs, 255));
  poll();
  EXPECT_EQ(commands_.count("oarsub"), 1u);
  commands_.answer("oarsub", test::prints("OAR_JOB_ID=43\n"));
  poll();
  EXPECT_EQ(commands_.count("oarsub"), 2u);
  lists("43", "weir.s.0.0", "Running");
  EXPECT_EQ(poll().at("weir.s.0.0").state, JobState::running);
}

TEST_F(OarTest, TriesNoOtherSubmissionWhileOneHasNoAnswer) {
  commands_.answer("oarsub", test::hangs());
  oar().submit(job("weir.s.0.0"));
  EXPECT_EQ(oar().submit(job("weir.s.1.0")), "weir.s.1.0");
  EXPECT_EQ(commands_.count("oarsub"), 1u);
  commands_.answer("oarstat", test::fails(no_jobs, 255));
  poll();
  poll();
  EXPECT_EQ(commands_.count("oarsub"), 2u);  // again the first, and again no answer
  commands_.answer("oarsub", test::prints("OAR_JOB_ID=43\n"));
  poll();
  poll();
  EXPECT_EQ(commands_.count("oarsub"), 4u);
}

TEST_F(OarTest, TakesNoJobOfAnotherFolderForItsOwn) {
  commands_.answer("oarsub", test::hangs());
  oar().submit(job("weir.s.0.0"));
  commands_.answer("oarstat",
                   test::prints("{" + listed("41", "weir.s.0.0", "Running", "/elsewhere") + "}"));
  EXPECT_EQ(poll().at("weir.s.0.0").state, JobState::pending);
  EXPECT_THAT(oar().find({"weir.s.0.0"}), IsEmpty());
}

TEST_F(OarTest, KeepsWhatItKnewWhileOarDoesNotAnswerAndAsksSeldom) {
  oar().submit(job("weir.s.0.0"));
  lists("42", "weir.s.0.0", "Running");
  poll();
  commands_.answer("oarstat", test::fails("[IOlib] Cannot connect to database\n", 1));
  EXPECT_EQ(poll().at("42").state, JobState::running);
  EXPECT_THAT(oar().news(), ElementsAre(HasSubstr("OAR does not answer")));
  poll();
  EXPECT_EQ(commands_.count("oarstat"), 2u);
  lists("42", "weir.s.0.0", "Running");
  poll();
  EXPECT_THAT(oar().news(), ElementsAre("OAR answers again"));
}

TEST_F(OarTest, TakesAJobThatOarForgotForLostAfterAMinute) {
  oar().submit(job("weir.s.0.0"));
  commands_.answer("oarstat", test::fails(no_jobs, 255));
  EXPECT_EQ(poll().at("42").state, JobState::pending);
  clock_.advance(std::chrono::seconds(60));
  EXPECT_EQ(poll().at("42").state, JobState::lost);
}

TEST_F(OarTest, BelievesTheEndThatTheJobWroteItself) {
  oar().submit(job("weir.s.0.0"));
  write_job_end(posix_file_system(), job_file_path(directory_, "weir.s.0.0"),
                {.exit_code = 0, .signal = 0});
  commands_.answer("oarstat", test::fails(no_jobs, 255));
  EXPECT_EQ(poll().at("42").state, JobState::done);
}

TEST_F(OarTest, CancelsAllInOneCommand) {
  oar().submit(job("weir.s.0.0"));
  commands_.answer("oarsub", test::prints("OAR_JOB_ID=43\n"));
  oar().submit(job("weir.s.1.0"));
  lists("42", "weir.s.0.0", "Running");
  commands_.answer("oardel", test::prints(""));
  oar().cancel("42");
  oar().cancel("43");
  poll();
  EXPECT_THAT(commands_.commands("oardel").back(), ElementsAre("oardel", "42", "43"));
  lists("42", "weir.s.0.0", "Error", ", \"events\" : [{\"type\" : \"FRAG_JOB_REQUEST\"}]");
  EXPECT_EQ(poll().at("42").state, JobState::cancelled);
  EXPECT_EQ(commands_.count("oardel"), 1u);
}

TEST_F(OarTest, FindsTheJobsOfAnEarlierLauncherAndEndsADouble) {
  const std::string jobs = directory_.jobs().string();
  commands_.answer("oarstat",
                   test::prints("{" + listed("100", "weir.s.0.0", "Waiting", jobs) + "," +
                                listed("42", "weir.s.0.0", "Running", jobs) + "}"));
  commands_.answer("oardel", test::prints(""));
  EXPECT_THAT(oar().find({"weir.s.0.0", "weir.s.1.0"}), ElementsAre(Pair("weir.s.0.0", "42")));
  EXPECT_THAT(commands_.commands("oarstat").back(),
              ElementsAre("oarstat", "--full", "--json", "--user"));
  poll();
  EXPECT_THAT(commands_.commands("oardel").back(), ElementsAre("oardel", "100"));
}

TEST_F(OarTest, RefusesAFolderThatAShellWouldRead) {
  for (const char* name : {"a b", "a;b", "$(b)", "a'b", "\xc3\xa9", "a\nb"})
    EXPECT_TRUE(unfit_oar_path(std::filesystem::path("/study") / name)) << name;
  EXPECT_FALSE(unfit_oar_path("/home/a.b_c-d/x+y=z,@%:1"));
}

TEST_F(OarTest, RefusesOptionsThatItSetsOrThatMakeNoBatchJob) {
  for (const char* option : {"x", "-", "-I", "-vI", "-n", "-lcore=1", "--interactive", "--nam=x",
                             "--directory=/", "--array=3", "--stdout=x", "--"})
    EXPECT_TRUE(unfit_oar_option(option)) << option;
  for (const char* option :
       {"-tbesteffort", "--type=deploy", "-k", "--notify=mail:a@b.c", "--anterior=3"})
    EXPECT_FALSE(unfit_oar_option(option)) << option;
}

TEST_F(OarTest, ReadsTheAddressesOfNodes) {
  EXPECT_THAT(parse_oarnodes(R"({"1": {"network_address": "n1", "core": 1}, "2": {}})"),
              ElementsAre("n1", ""));
  EXPECT_THAT(parse_oarnodes("oarnodes: no"), IsEmpty());
}

TEST_F(OarTest, ReadsNoAnswerFromWhatIsNone) {
  EXPECT_FALSE(parse_oarstat("oarstat: segmentation fault"));
  EXPECT_FALSE(parse_oarstat("[1, 2]"));
  EXPECT_THAT(parse_oarstat("null").value(), IsEmpty());
  EXPECT_THAT(parse_oarstat(R"({"1": 5, "2": {"state": {}, "exit_code": 1e300}})").value(),
              testing::SizeIs(1));
  EXPECT_FALSE(parse_oarsub("OAR_JOB_ID=-5\n"));
  EXPECT_FALSE(parse_oarsub("OAR_JOB_ID=\n"));
}

}  // namespace
}  // namespace weir

// Steps of an allocation: argument vectors, and an srun that is a script of the test's.

#include "launcher/schedulers/steps.h"

#include <fstream>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "launcher/schedulers/job_file.h"
#include "src/core/error.h"
#include "tests/support/scripted_commands.h"
#include "tests/support/temporary_folder.h"

namespace weir {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

JobRequest simulation(std::size_t ranks, Launch launch) {
  return {.name = "weir.s.0.0",
          .role = JobRole::simulation,
          .command = {"solver", "--name", "; rm -rf $HOME"},
          .ranks = ranks,
          .launch = launch,
          .environment = {},
          .log = "/log",
          .directory = "/"};
}

TEST(StepCommand, AsksForTheRanksOfTheProgramAndNoMore) {
  JobResources resources;
  resources.cores_per_rank = 2;
  resources.mpi = "pmix";
  EXPECT_THAT(step_command(simulation(4, Launch::automatic), resources),
              ElementsAre("srun", "--job-name=weir.s.0.0", "--ntasks=4", "--cpus-per-task=2",
                          "--exact", "--kill-on-bad-exit=1", "--mem=0", "--mpi=pmix", "--",
                          "solver", "--name", "; rm -rf $HOME"));
}

TEST(StepCommand, HidesAnArgumentThatSrunWouldTakeForTheNextProgram) {
  auto request = simulation(4, Launch::automatic);
  request.command = {"solver", ":", "--x"};
  for (const auto launch : {Launch::automatic, Launch::mpirun}) {
    request.launch = launch;
    const auto command = step_command(request, {});
    EXPECT_THAT(std::vector<std::string>(command.end() - 5, command.end()),
                ElementsAre(HasSubstr("weir-job"), "--exec", "=solver", "=:", "=--x"));
  }
}

TEST(StepCommand, GivesMpirunOneTaskWithRoomForAllRanks) {
  JobResources resources;
  resources.memory_mib = 500;
  const auto command = step_command(simulation(4, Launch::mpirun), resources);
  EXPECT_THAT(command, testing::IsSupersetOf(
                           {"--ntasks=1", "--cpus-per-task=4", "--mpi=none", "--mem=500M"}));
  const auto program = std::find(command.begin(), command.end(), "--");
  EXPECT_THAT(std::vector<std::string>(program + 1, program + 4), ElementsAre("mpirun", "-n", "4"));
}

class StepsTest : public testing::Test {
 protected:
  StepsTest() {
    std::filesystem::create_directories(directory_.logs());
    study_.launcher.poll = 0.01;
    std::filesystem::create_directories(folder_ / "bin");
    path_ = getenv("PATH");
    setenv("PATH", ((folder_ / "bin").string() + ":" + path_).c_str(), 1);
    setenv("SLURM_JOB_ID", "12", 1);
    commands_.answer("squeue", test::prints(""));
    commands_.answer("scancel", test::prints(""));
  }
  ~StepsTest() override {
    setenv("PATH", path_.c_str(), 1);
    unsetenv("SLURM_JOB_ID");
  }
  /// An srun that runs this text of a shell instead of the program.
  void srun_does(const std::string& text) {
    const auto path = folder_ / "bin" / "srun";
    std::ofstream(path) << "#!/bin/sh\n" << text << "\n";
    chmod(path.c_str(), 0700);
  }
  StepsScheduler& steps() {
    if (!steps_) steps_.emplace(study_, directory_, commands_, posix_file_system(), clock_);
    return *steps_;
  }
  JobRequest job() {
    auto request = simulation(2, Launch::automatic);
    request.log = directory_.logs() / "sim.log";
    request.directory = directory_.root;
    return request;
  }
  JobReport end_of(const JobId& id) {
    const Time deadline = clock_.now() + std::chrono::seconds(30);
    while (clock_.now() < deadline) {
      const auto reports = steps().poll();
      if (const auto report = reports.find(id);
          report != reports.end() && has_ended(report->second.state))
        return report->second;
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    ADD_FAILURE() << "it has not ended";
    return {};
  }
  std::string log() {
    std::ifstream file(directory_.logs() / "sim.log");
    return {std::istreambuf_iterator<char>(file), {}};
  }

  test::TemporaryFolder folder_;
  StudyDirectory directory_{std::filesystem::canonical(folder_.path())};
  std::string path_;
  Study study_;
  SystemClock clock_;
  test::ScriptedCommands commands_;
  std::optional<StepsScheduler> steps_;
};

TEST_F(StepsTest, OutsideASlurmJobSaysHowToGetIntoOne) {
  unsetenv("SLURM_JOB_ID");
  try {
    steps();
    FAIL() << "it was made";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::environment);
    EXPECT_THAT(error.what(), HasSubstr("salloc"));
  }
}

TEST_F(StepsTest, RunsSrunWithTheProgramsArgumentsUnharmed) {
  srun_does("for word in \"$@\"; do echo \"<$word>\"; done");
  EXPECT_EQ(end_of(steps().submit(job())).state, JobState::done);
  EXPECT_THAT(log(), HasSubstr("<--ntasks=2>"));
  EXPECT_THAT(log(), HasSubstr("<; rm -rf $HOME>"));
}

TEST_F(StepsTest, TellsHowAStepEnded) {
  srun_does("exit 7");
  const auto report = end_of(steps().submit(job()));
  EXPECT_EQ(report.state, JobState::failed);
  EXPECT_EQ(report.exit_code, 7);
  EXPECT_EQ(report.cause, JobCause::exit_code);
}

TEST_F(StepsTest, TellsAStepThatASignalEndedFromAnExitCode) {
  srun_does("exit 137");
  const auto report = end_of(steps().submit(job()));
  EXPECT_EQ(report.cause, JobCause::signal);
  EXPECT_EQ(report.reason, "killed by signal 9 (Killed)");
}

TEST_F(StepsTest, TellsAStepThatSlurmEndedForWantOfMemory) {
  srun_does("echo 'slurmstepd: error: Detected 1 oom_kill event in StepId=12.0.'; exit 137");
  const auto report = end_of(steps().submit(job()));
  EXPECT_EQ(report.cause, JobCause::out_of_memory);
  EXPECT_EQ(report.reason, "out of memory");
}

TEST_F(StepsTest, TellsHowAStepOfAnEarlierLauncherEnded) {
  srun_does("exec sleep 1000");
  const auto first = steps().submit(job());
  StepsScheduler later(study_, directory_, commands_, posix_file_system(), clock_);
  EXPECT_THAT(later.find({"weir.s.0.0"}), ElementsAre(Pair("weir.s.0.0", first)));
  write_job_end(posix_file_system(), job_file_path(directory_, "weir.s.0.0"),
                {.exit_code = 7, .signal = 0});
  steps().kill(first);
  end_of(first);
  const auto report = later.poll().at(first);
  EXPECT_EQ(report.state, JobState::failed);
  EXPECT_EQ(report.exit_code, 7);
}

TEST_F(StepsTest, GoesOnWithoutSlurmsCommands) {
  srun_does("exec sleep 1000");
  const auto id = steps().submit(job());
  commands_.answer("squeue", [](const auto&) -> CommandResult {
    throw Error(ErrorKind::environment, "cannot start 'squeue'");
  });
  steps().kill(id);
  EXPECT_EQ(end_of(id).state, JobState::cancelled);
}

TEST_F(StepsTest, KillsAStepThroughSlurmToo) {
  srun_does("exec sleep 1000");
  const auto id = steps().submit(job());
  commands_.answer("squeue", test::prints("12.batch|batch\n12.3|weir.s.0.0\n"));
  steps().kill(id);
  EXPECT_THAT(commands_.commands("squeue").back(),
              ElementsAre("squeue", "--steps", "--noheader", "--jobs=12", "--format=%i|%j"));
  EXPECT_THAT(commands_.commands("scancel").back(),
              ElementsAre("scancel", "--quiet", "--signal=KILL", "12.3"));
  EXPECT_EQ(end_of(id).state, JobState::cancelled);
}

TEST_F(StepsTest, FindsAStepOfALauncherOnAnotherNodeAndBelievesItsEndFile) {
  commands_.answer("squeue", test::prints("12.3|weir.s.0.0\n"));
  EXPECT_THAT(steps().find({"weir.s.0.0", "weir.s.1.0"}), ElementsAre(Pair("weir.s.0.0", "12.3")));
  EXPECT_EQ(steps().poll().at("12.3").state, JobState::running);
  const auto file = job_file_path(directory_, "weir.s.0.0");
  write_job_end(posix_file_system(), file, {.exit_code = 3, .signal = 0});
  commands_.answer("squeue", test::prints(""));
  EXPECT_EQ(end_of("12.3").exit_code, 3);
}

}  // namespace
}  // namespace weir

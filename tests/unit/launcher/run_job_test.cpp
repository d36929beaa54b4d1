#include "launcher/job/run_job.h"

#include <fstream>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include "launcher/job/out_of_memory.h"
#include "launcher/schedulers/job_file.h"
#include "launcher/schedulers/launch_command.h"
#include "src/core/error.h"
#include "src/core/process.h"
#include "tests/support/temporary_folder.h"

namespace weir {
namespace {

using std::chrono::seconds;
using testing::Contains;
using testing::HasSubstr;

constexpr auto long_enough = seconds(30);

class RunJobTest : public testing::Test {
 protected:
  /// A job file of a shell script.
  std::filesystem::path write_job(const std::string& script, JobRole role = JobRole::simulation) {
    const auto program = folder_.path() / "program";
    std::ofstream(program) << "#!/bin/sh\n" << script;
    std::filesystem::permissions(program, std::filesystem::perms::owner_all);
    const auto path = job_file_path(directory_, "weir.toy.0.0");
    write_job_file(posix_file_system(), path,
                   {.name = "weir.toy.0.0",
                    .role = role,
                    .command = {program.string(), "a b", "$(c)"},
                    .launch = Launch::direct,
                    .environment = {{"GREETING", "hello; there"}},
                    .log = log_,
                    .directory = folder_.path()});
    return path;
  }

  Process start(const std::filesystem::path& job, std::map<std::string, std::string> more = {}) {
    return Process::spawn({.command = {WEIR_JOB_PROGRAM, job.string()},
                           .environment = std::move(more),
                           .directory = {},
                           .log = folder_.path() / "outer.log"});
  }
  int exit_code_of(Process process) {
    const auto end = process.wait(long_enough);
    return end ? end->exit_code : -1;
  }
  std::string log() const {
    std::ostringstream text;
    text << std::ifstream(log_).rdbuf();
    return text.str();
  }
  void wait_for_log(const std::string& text) {
    const Time deadline = SystemClock().now() + long_enough;
    while (log().find(text) == std::string::npos && SystemClock().now() < deadline) usleep(10'000);
  }

  test::TemporaryFolder folder_;
  StudyDirectory directory_{folder_.path()};
  std::filesystem::path log_ = folder_.path() / "job.log";
};

TEST_F(RunJobTest, RunsTheProgramWithItsArgumentsEnvironmentFolderAndLog) {
  const auto job = write_job("echo \"[$1][$2][$GREETING]\"; pwd; echo errors >&2\n");
  EXPECT_EQ(exit_code_of(start(job)), 0);
  EXPECT_EQ(log(), "[a b][$(c)][hello; there]\n" + folder_.path().string() + "\nerrors\n");
}

TEST_F(RunJobTest, BecomesTheProgramOfShelteredWords) {
  const auto program = folder_.path() / "program";
  std::ofstream(program) << "#!/bin/sh\nfor word in \"$@\"; do echo \"<$word>\"; done\nexit 7\n";
  std::filesystem::permissions(program, std::filesystem::perms::owner_all);
  auto command = sheltered({program.string(), ":", "", "=a b"});
  ASSERT_EQ(command[1], "--exec");
  command[0] = WEIR_JOB_PROGRAM;
  auto process = Process::spawn(
      {.command = command, .environment = {}, .directory = {}, .log = folder_.path() / "job.log"});
  EXPECT_EQ(exit_code_of(std::move(process)), 7);
  EXPECT_EQ(log(), "<:>\n<>\n<=a b>\n");
  EXPECT_EQ(sheltered({"solver", ":a"}), (std::vector<std::string>{"solver", ":a"}));
}

TEST_F(RunJobTest, TellsWantOfMemoryFromAnotherEnd) {
  const ProcessEnd killed = {.exit_code = 0, .signal = SIGKILL}, failed = {.exit_code = 1};
  EXPECT_TRUE(was_out_of_memory(killed, /*kills=*/1, log_));
  EXPECT_TRUE(was_out_of_memory({.exit_code = 137}, /*kills=*/1, log_));
  EXPECT_FALSE(was_out_of_memory(killed, /*kills=*/0, log_));
  EXPECT_FALSE(was_out_of_memory(failed, /*kills=*/1, log_));
  std::ofstream(log_) << "slurmstepd-n1: error: StepId=8.0 exceeded memory limit (2 > 1)\nend\n";
  EXPECT_TRUE(was_out_of_memory(failed, /*kills=*/0, log_));
  EXPECT_FALSE(was_out_of_memory({}, /*kills=*/1, log_));
  std::ofstream(log_) << "my solver: exceeded memory limit\n";
  EXPECT_FALSE(was_out_of_memory(failed, /*kills=*/0, log_));
}

TEST_F(RunJobTest, EndsAsTheProgramDidAndLeavesWord) {
  const auto job = write_job("exit 7\n");
  EXPECT_EQ(exit_code_of(start(job)), 7);
  ASSERT_TRUE(read_job_end(posix_file_system(), job));
  EXPECT_EQ(read_job_end(posix_file_system(), job)->exit_code, 7);
}

TEST_F(RunJobTest, GivesASignalAsAShellDoes) {
  EXPECT_EQ(exit_code_of(start(write_job("kill -9 $$\n"))), 128 + SIGKILL);
}

TEST_F(RunJobTest, PassesSignalsOnAndWaitsForTheProgram) {
  for (const int signal : {SIGTERM, SIGUSR1}) {
    std::filesystem::remove(log_);
    std::filesystem::remove(job_claim_path(job_file_path(directory_, "weir.toy.0.0")));
    const auto name = signal == SIGTERM ? "TERM" : "USR1";
    auto process = start(write_job(std::string("trap 'echo caught; exit 5' ") + name +
                                   "\necho ready\nwhile :; do sleep 0.05; done\n"));
    wait_for_log("ready");
    kill(process.pid(), signal);
    EXPECT_EQ(exit_code_of(std::move(process)), 5) << name;
    EXPECT_THAT(log(), HasSubstr("caught"));
  }
}

TEST_F(RunJobTest, RunsAnAttemptOnceAlsoWhenTheBatchSystemRunsTheJobAgain) {
  const auto job = write_job("echo ran\n");
  EXPECT_EQ(exit_code_of(start(job, {{"SLURM_JOB_ID", "12"}})), 0);
  EXPECT_EQ(exit_code_of(start(job, {{"SLURM_JOB_ID", "12"}, {"SLURM_RESTART_COUNT", "1"}})), 3);
  EXPECT_EQ(log(), "ran\nweir-job: this attempt was started before; a new attempt replaces it\n");
}

TEST_F(RunJobTest, StartsNothingOnceTheFilesOfAnAttemptThatHasEndedAreRemoved) {
  const auto job = write_job("echo ran\n");
  EXPECT_EQ(exit_code_of(start(job)), 0);
  remove_job_files(posix_file_system(), job);
  EXPECT_TRUE(posix_file_system().list(directory_.jobs()).empty());
  EXPECT_EQ(exit_code_of(start(job, {{"SLURM_RESTART_COUNT", "1"}})), 3);
  EXPECT_EQ(log(), "ran\n");
  EXPECT_THAT(posix_file_system().read(folder_.path() / "outer.log"),
              HasSubstr("weir-job: nothing is started: '" + job.string() + "' is gone"));
  EXPECT_FALSE(std::filesystem::exists(job_claim_path(job)));
}

TEST_F(RunJobTest, StartsNothingWhoseFileIsRemovedBetweenItsReadingAndItsClaim) {
  const auto job = write_job("");
  const auto request = read_job_file(posix_file_system(), job);
  remove_job_files(posix_file_system(), job);
  EXPECT_THROW(admitted(posix_file_system(), request, job, {}), Error);
}

TEST_F(RunJobTest, SendsAServerThatRunsAgainToItsNewestCheckpoint) {
  const auto job = write_job("echo \"$@\"\n", JobRole::server);
  EXPECT_EQ(exit_code_of(start(job)), 0);
  EXPECT_EQ(exit_code_of(start(job, {{"SLURM_RESTART_COUNT", "1"}})), 0);
  EXPECT_EQ(log(), "a b $(c)\na b $(c) --resume\n");
}

TEST_F(RunJobTest, PicksTheJobOfItsTaskOutOfAWave) {
  write_job("echo mine\n");
  const auto wave = job_file_path(directory_, "weir.toy.wave.0");
  write_wave_file(posix_file_system(), wave, {"weir.toy.9.0", "weir.toy.0.0"});
  EXPECT_EQ(exit_code_of(start(wave, {{"SLURM_ARRAY_TASK_ID", "1"}})), 0);
  EXPECT_EQ(log(), "mine\n");
  EXPECT_EQ(exit_code_of(start(wave, {{"SLURM_ARRAY_TASK_ID", "2"}})), 2);
}

TEST_F(RunJobTest, SaysInTheLogThatAProgramIsNotThere) {
  const auto job = write_job("");
  std::filesystem::remove(folder_.path() / "program");
  EXPECT_EQ(exit_code_of(start(job)), 3);
  EXPECT_THAT(log(), HasSubstr("weir-job: cannot start"));
}

TEST_F(RunJobTest, RefusesAFileThatIsNoJob) {
  EXPECT_EQ(exit_code_of(start(folder_.path() / "absent.json")), 3);
}

// ---- how ranks are started

TEST(LaunchCommand, StartsRanksAsAskedAndSerialProgramsDirectly) {
  using Words = std::vector<std::string>;
  JobRequest job;
  job.command = {"solver", "-x"};
  job.ranks = 2;
  EXPECT_EQ(launch_command(job), (Words{"mpirun", "-n", "2", "--bind-to", "none", "solver", "-x"}));
  job.launch = Launch::srun;
  EXPECT_EQ(launch_command(job, {.cores_per_rank = 4, .mpi = "pmi2"}),
            (Words{"srun", "--ntasks=2", "--cpus-per-task=4", "--kill-on-bad-exit=1", "--mpi=pmi2",
                   "--", "solver", "-x"}));
  job.launch = Launch::automatic;
  job.ranks = 1;
  EXPECT_EQ(launch_command(job), (Words{"solver", "-x"}));
}

}  // namespace
}  // namespace weir

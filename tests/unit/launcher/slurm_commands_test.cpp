#include "launcher/schedulers/slurm_commands.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "launcher/schedulers/slurm_environment.h"
#include "launcher/schedulers/slurm_state.h"

namespace weir {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

SbatchRequest plain_request() {
  return {.name = "weir.toy.3.0",
          .comment = "weir:0123456789abcdef",
          .role = JobRole::simulation,
          .ranks = 2,
          .output = "/d/logs/sim.3.0.log",
          .directory = "/d",
          .script = {"/d/job.sh", "/d/setup.sh", "/bin/weir-job", "/d/weir.toy.3.0.json"}};
}

TEST(SbatchCommand, AsksForNothingThatTheStudyDoesNotAskFor) {
  EXPECT_THAT(sbatch_command(plain_request(), {}),
              ElementsAre("sbatch", "--parsable", "--job-name=weir.toy.3.0",
                          "--comment=weir:0123456789abcdef", "--output=/d/logs/sim.3.0.log",
                          "--open-mode=append", "--chdir=/d", "--export=ALL", "--no-requeue",
                          "--ntasks=2", "--cpus-per-task=1", "/d/job.sh", "/d/setup.sh",
                          "/bin/weir-job", "/d/weir.toy.3.0.json"));
}

TEST(SbatchCommand, PassesEachResourceAsOneArgument) {
  JobResources resources;
  resources.partition = "gpu; rm -rf";
  resources.account = "$(id)";
  resources.qos = "normal";
  resources.reservation = "r 1";
  resources.constraint = "a100|h100";
  resources.nodes = 2;
  resources.cores_per_rank = 4;
  resources.accelerators = "gpu:4";
  resources.memory_mib = 2000;
  resources.time_limit = 61;
  resources.options = {"--exclude=n3", "-H"};
  EXPECT_THAT(
      sbatch_command(plain_request(), resources),
      ElementsAre("sbatch", "--parsable", "--job-name=weir.toy.3.0",
                  "--comment=weir:0123456789abcdef", "--output=/d/logs/sim.3.0.log",
                  "--open-mode=append", "--chdir=/d", "--export=ALL", "--no-requeue", "--ntasks=2",
                  "--partition=gpu; rm -rf", "--account=$(id)", "--qos=normal", "--reservation=r 1",
                  "--constraint=a100|h100", "--nodes=2", "--cpus-per-task=4", "--gres=gpu:4",
                  "--mem=2000M", "--time=2", "--exclude=n3", "-H", "/d/job.sh", "/d/setup.sh",
                  "/bin/weir-job", "/d/weir.toy.3.0.json"));
}

TEST(SbatchCommand, WarnsTheServerAloneBeforeItsTimeLimit) {
  auto request = plain_request();
  request.warning = 119.5;
  EXPECT_THAT(sbatch_command(request, {}), testing::Contains("--signal=B:USR1@120"));
}

TEST(SbatchCommand, NumbersTheTasksOfAWaveAndGivesEachAnOutput) {
  auto request = plain_request();
  request.tasks = 5;
  const auto command = sbatch_command(request, {});
  EXPECT_THAT(command, testing::Contains("--array=0-4"));
  EXPECT_THAT(command, testing::Contains("--output=/d/logs/sim.3.0.log.%a"));
}

TEST(SbatchCommand, KeepsPercentSignsOfAPathFromBeingFilledIn) {
  auto request = plain_request();
  request.output = "/100%j/log";
  EXPECT_THAT(sbatch_command(request, {}), testing::Contains("--output=/100%%j/log"));
}

TEST(JobNumber, IsReadAfterAGreetingAndBeforeACluster) {
  EXPECT_EQ(parse_job_number("4711\n"), "4711");
  EXPECT_EQ(parse_job_number("4711;juwels\n"), "4711");
  EXPECT_EQ(parse_job_number("Welcome to the machine\n4711\n"), "4711");
  EXPECT_EQ(parse_job_number("Submitted batch job\n"), std::nullopt);
  EXPECT_EQ(parse_job_number(""), std::nullopt);
}

TEST(Queue, IsReadAsSqueuePrintsItAndNonsenseIsLeftOut) {
  const auto lines = parse_queue(
      "2                 |FAILED     |1792  |0  |NonZeroExitCode   |weir:01   |weir.toy.1.0   |\n"
      "slurm_load_jobs error\n"
      "3_7               |PENDING    |0     |2  |launch failed requeued "
      "held|weir:01|weir.toy.wave.0|\n"
      "x                 |RUNNING    |0     |0  |None              |weir:01   |weir.toy.2.0   |\n"
      "4                 |DREAMING   |0     |0  |None              |weir:01   |weir.toy.2.0   |\n"
      "5                 |RUNNING    |0     |0  |None              |(null)    |a | b   |\n");
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_EQ(lines[0].job, "2");
  EXPECT_EQ(lines[0].exit_code, "1792");
  EXPECT_EQ(lines[0].name, "weir.toy.1.0");
  EXPECT_EQ(lines[1].job, "3_7");
  EXPECT_EQ(lines[1].reason, "launch failed requeued held");
  EXPECT_TRUE(lines[1].restarted);
  EXPECT_FALSE(lines[0].restarted);
  EXPECT_EQ(lines[2].comment, "(null)");
}

TEST(ArrayTask, IsOfAnArrayAlone) {
  EXPECT_EQ(array_task("12"), std::nullopt);
  ASSERT_TRUE(array_task("12_34"));
  EXPECT_EQ(array_task("12_34")->array, "12");
  EXPECT_EQ(array_task("12_34")->task, 34u);
  EXPECT_EQ(array_task("12_[3-5]"), std::nullopt);
}

TEST(Memory, OfTheControllerAndOfTheAccountingIsRead) {
  const auto controller = parse_scontrol(
      "JobId=2 JobName=f.sh JobState=TIMEOUT Reason=TimeLimit ExitCode=0:15 RunTime=00:01:01\n");
  ASSERT_TRUE(controller);
  EXPECT_EQ(controller->cause, JobCause::time_limit);
  const auto accounting = parse_sacct("CANCELLED by 1000|0:0\n");
  ASSERT_TRUE(accounting);
  EXPECT_EQ(accounting->cause, JobCause::cancelled);
  EXPECT_FALSE(parse_sacct(""));
  EXPECT_FALSE(parse_scontrol("slurm_load_jobs error: Invalid job id specified"));
}

TEST(OwnOptions, MayNotBeSetByTheUserAlsoWhenTheyAreShortened) {
  for (const char* option : {"--job-name=x", "--job=x", "-Jx", "-J", "--comment=", "--comm=x",
                             "--array=1", "-a1-3", "-D/tmp", "--wrap=id", "--export=NONE"})
    EXPECT_THAT(unfit_option(option).value_or(""), HasSubstr("set by weir itself")) << option;
  for (const char* option : {"script.sh", "", "-", "--", "n3"})
    EXPECT_THAT(unfit_option(option).value_or(""), HasSubstr("does not begin with '-'")) << option;
  EXPECT_THAT(unfit_option(std::string("--x=\0", 5)).value_or(""), HasSubstr("zero byte"));
  for (const char* option : {"--exclude=n3", "-H", "--requeue", "--mail-user=a b;$(c)",
                             "--wait-all-nodes=1", "--nodelist=n1"})
    EXPECT_EQ(unfit_option(option), std::nullopt) << option;
}

// ---- states

JobReport report(std::string_view state, std::string_view exit_code = "0") {
  return slurm_report(state, exit_code).value();
}

TEST(SlurmState, TellsWhyAJobEnded) {
  EXPECT_EQ(report("COMPLETED").state, JobState::done);
  EXPECT_EQ(report("COMPLETED").exit_code, 0);
  EXPECT_EQ(report("TIMEOUT").cause, JobCause::time_limit);
  EXPECT_EQ(report("DEADLINE").cause, JobCause::time_limit);
  EXPECT_EQ(report("OUT_OF_MEMORY").cause, JobCause::out_of_memory);
  EXPECT_EQ(report("NODE_FAIL").cause, JobCause::node_failure);
  EXPECT_EQ(report("BOOT_FAIL").cause, JobCause::node_failure);
  EXPECT_EQ(report("PREEMPTED").cause, JobCause::preempted);
  EXPECT_EQ(report("CANCELLED").cause, JobCause::cancelled);
  EXPECT_EQ(report("CANCELLED").state, JobState::cancelled);
}

TEST(SlurmState, GivesEachCauseItsOwnWords) {
  EXPECT_EQ(report("TIMEOUT").reason, "time limit of the job");
  EXPECT_EQ(report("OUT_OF_MEMORY").reason, "out of memory");
  EXPECT_EQ(report("NODE_FAIL").reason, "node failure");
  EXPECT_EQ(report("CANCELLED").reason, "cancelled by somebody else");
  EXPECT_EQ(report("FAILED", "256").reason, "exit code 1");
}

TEST(SlurmState, ReadsAnExitCodeAsSqueueAndAsScontrolPrintIt) {
  for (const char* code : {"1792", "7:0"}) {
    EXPECT_EQ(report("FAILED", code).exit_code, 7) << code;
    EXPECT_EQ(report("FAILED", code).cause, JobCause::exit_code) << code;
  }
}

TEST(SlurmState, ReadsASignalFromSlurmAndFromWeirJob) {
  for (const char* code : {"9", "0:9", "137:0"}) {  // 137: 128 + signal
    EXPECT_EQ(report("FAILED", code).cause, JobCause::signal) << code;
    EXPECT_EQ(report("FAILED", code).reason, "killed by signal 9 (Killed)") << code;
  }
  EXPECT_EQ(report("FAILED", "255:0").reason, "exit code 255");
}

TEST(SlurmState, BelievesTheStateWhereTheExitCodeSaysAnother) {
  EXPECT_EQ(report("FAILED", "0:0").state, JobState::failed);
  EXPECT_EQ(report("FAILED", "0:0").exit_code, std::nullopt);
  EXPECT_EQ(report("FAILED", "0:0").reason, "Slurm says FAILED with exit code 0");
  EXPECT_EQ(report("COMPLETED", "7:0").cause, JobCause::none);
}

TEST(SlurmState, KeepsAServersLastWord) { EXPECT_EQ(report("FAILED", "130:0").exit_code, 130); }

TEST(SlurmState, OfATimeoutHasNoExitCodeThatCouldBeTakenForAServersLastWord) {
  EXPECT_EQ(report("TIMEOUT", "0:0").exit_code, std::nullopt);
  EXPECT_EQ(report("PREEMPTED", "130:0").exit_code, std::nullopt);
}

TEST(SlurmState, LetsAJobRunUntilItsProcessesAreGone) {
  for (const char* state :
       {"RUNNING", "COMPLETING", "SUSPENDED", "STOPPED", "SIGNALING", "STAGE_OUT", "RESIZING"})
    EXPECT_EQ(report(state).state, JobState::running) << state;
}

TEST(SlurmState, HoldsWhatMayRunAgainForPending) {
  for (const char* state :
       {"PENDING", "CONFIGURING", "REQUEUED", "REQUEUE_HOLD", "SPECIAL_EXIT", "RESV_DEL_HOLD"})
    EXPECT_EQ(report(state).state, JobState::pending) << state;
}

TEST(SlurmState, IsNothingForAWordThatIsNone) {
  EXPECT_FALSE(slurm_report("", "0"));
  EXPECT_FALSE(slurm_report("RUNNINGX", "0"));
}

TEST(StuckReason, IsToldFromOneThatPasses) {
  EXPECT_TRUE(stuck("PartitionTimeLimit"));
  EXPECT_TRUE(stuck("launch failed requeued held"));
  EXPECT_TRUE(stuck("launch_failed_requeued_held"));
  EXPECT_TRUE(stuck("JobHeldUser"));
  for (const char* passes :
       {"None", "Resources", "Priority", "QOSMaxJobsPerUserLimit", "AssocGrpCpuLimit", "BeginTime"})
    EXPECT_FALSE(stuck(passes)) << passes;
}

// ---- what commands inherit

TEST(UnwantedVariables, AreOfAnAllocationAllThatDescribeIt) {
  EXPECT_THAT(unwanted_variables({"PATH", "SLURM_CONF", "SLURM_JOB_ID", "SLURM_MEM_PER_CPU",
                                  "SLURM_CPUS_PER_TASK", "SLURM_CLUSTERS", "SRUN_DEBUG",
                                  "SRUN_CPUS_PER_TASK", "PMIX_RANK", "SBATCH_PARTITION"}),
              ElementsAre("SLURM_JOB_ID", "SLURM_MEM_PER_CPU", "SLURM_CPUS_PER_TASK", "SRUN_DEBUG",
                          "PMIX_RANK"));
}

TEST(UnwantedVariables, AreOutsideOfOneThoseThatChangeWhatCommandsDo) {
  EXPECT_THAT(unwanted_variables({"SLURM_HINT", "SBATCH_QOS", "SBATCH_WAIT", "SQUEUE_PARTITION",
                                  "SCANCEL_INTERACTIVE", "PMIX_MCA_gds"}),
              ElementsAre("SBATCH_WAIT", "SQUEUE_PARTITION", "SCANCEL_INTERACTIVE"));
}

}  // namespace
}  // namespace weir

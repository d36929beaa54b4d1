// Jobs of Slurm: submitted, polled, cancelled, found.

#include "tests/unit/launcher/slurm_fixture.h"

namespace weir {
namespace {

using std::chrono::seconds;
using test::fails;
using test::hangs;
using test::prints;
using test::SlurmSchedulerTest;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsSupersetOf;
using testing::Pair;

using Words = std::vector<std::string>;

// ---- submission

TEST_F(SlurmSchedulerTest, SubmitsTheConstantScriptWithPathsAlone) {
  EXPECT_EQ(scheduler_->submit(simulation(3)), "1");
  const auto job_file = job_file_path(directory_, "weir.toy.3.0").string();
  EXPECT_THAT(
      commands_.commands(),
      ElementsAre(ElementsAre(
          "sbatch", "--parsable", "--job-name=weir.toy.3.0", "--comment=" + slurm_mark(directory_),
          "--output=" + directory_.simulation_log(3, 0).string(), "--open-mode=append",
          "--chdir=" + directory_.root.string(), "--export=ALL", "--no-requeue", "--ntasks=1",
          "--cpus-per-task=1", batch_script_path(directory_).string(),
          setup_path(directory_, JobRole::simulation).string(), job_program().string(), job_file)));
}

TEST_F(SlurmSchedulerTest, PutsTheProgramAndItsValuesIntoTheJobFile) {
  scheduler_->submit(simulation(3));
  const auto job = read_job_file(posix_file_system(), job_file_path(directory_, "weir.toy.3.0"));
  EXPECT_EQ(job.command, (Words{"solver", "a b;$(c)"}));
  EXPECT_THAT(job.environment, Contains(Pair("WEIR_SIM", "3")));
}

TEST_F(SlurmSchedulerTest, StartsTheServersRanksWithSrunAndTellsItThatItHasASuccessor) {
  study_.server.ranks = 2;
  study_.launcher.server.cores_per_rank = 3;
  study_.launcher.server.mpi = "pmix";
  study_.launcher.warning = 90;
  scheduler_->submit(server());
  EXPECT_THAT(commands_.commands("sbatch")[0], Contains("--ntasks=2"));
  EXPECT_THAT(commands_.commands("sbatch")[0], Contains("--signal=B:USR1@90"));
  const auto job = read_job_file(posix_file_system(), job_file_path(directory_, "weir.toy.server"));
  EXPECT_EQ(job.command, (Words{"srun", "--ntasks=2", "--cpus-per-task=3", "--kill-on-bad-exit=1",
                                "--mpi=pmix", "--", "/bin/weir-server", directory_.study().string(),
                                "--output", directory_.root.string(), "--successor"}));
}

TEST_F(SlurmSchedulerTest, HandsNothingDownOfAnAllocationThatTheLauncherSitsIn) {
  setenv("SLURM_JOB_ID", "7", 1);
  setenv("SLURM_MEM_PER_CPU", "500", 1);
  scheduler_->submit(simulation(3));
  EXPECT_THAT(commands_.without(), IsSupersetOf({"SLURM_JOB_ID", "SLURM_MEM_PER_CPU"}));
  unsetenv("SLURM_JOB_ID");
  unsetenv("SLURM_MEM_PER_CPU");
}

TEST_F(SlurmSchedulerTest, RefusesWhatSlurmRefusesWithItsOwnWords) {
  commands_.answer("sbatch",
                   fails("sbatch: error: Batch job submission failed: Invalid partition name\n"));
  try {
    scheduler_->submit(simulation(0));
    FAIL() << "it was taken";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("Invalid partition name"));
  }
  EXPECT_TRUE(scheduler_->poll().empty());
}

TEST_F(SlurmSchedulerTest, RefusesAZeroByteInAnArgument) {
  auto request = simulation(0);
  request.command.push_back(std::string("a\0b", 3));
  EXPECT_THROW(scheduler_->submit(request), Error);
  EXPECT_EQ(submissions(), 0u);
}

TEST_F(SlurmSchedulerTest, RefusesAStudyWithAnOptionThatWeirSetsItself) {
  study_.launcher.clients.options = {"--job-name=mine"};
  try {
    start();
    FAIL() << "it was taken";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("/launcher/clients/options/0"));
  }
}

// ---- when Slurm does not answer

TEST_F(SlurmSchedulerTest, WaitsWithASubmissionThatMayHaveHappenedAndFindsItByName) {
  commands_.answer("sbatch", hangs());
  const auto job = scheduler_->submit(simulation(3));
  EXPECT_EQ(scheduler_->poll().at(job).state, JobState::pending);
  queue_ = line("77", "RUNNING", "weir.toy.3.0");
  EXPECT_EQ(next_poll().at(job).state, JobState::running);
  EXPECT_EQ(submissions(), 1u);
  scheduler_->cancel(job);
  scheduler_->poll();
  EXPECT_THAT(commands_.commands("scancel"), ElementsAre(Words{"scancel", "--quiet", "77"}));
}

TEST_F(SlurmSchedulerTest, SubmitsAgainWhenTheQueueWasSeenTwiceWithoutTheJob) {
  commands_.answer("sbatch", fails("sbatch: error: Batch job submission failed: Unable to contact "
                                   "slurm controller (connect failure)\n"));
  const auto job = scheduler_->submit(simulation(3));
  commands_.answer("sbatch", prints("8\n"));
  next_poll();
  EXPECT_EQ(submissions(), 1u);
  next_poll();
  EXPECT_EQ(submissions(), 2u);
  queue_ = line("8", "RUNNING", "weir.toy.3.0");
  EXPECT_EQ(next_poll().at(job).state, JobState::running);
}

TEST_F(SlurmSchedulerTest, DoesNotTakeAnEarlierJobOfTheNameForThePutOffOne) {
  const auto first = scheduler_->submit(server());
  queue_ = line("1", "FAILED", "weir.toy.server", "NonZeroExitCode", "1024");
  EXPECT_EQ(next_poll().at(first).exit_code, 4);
  commands_.answer("sbatch", hangs());
  const auto second = scheduler_->submit(server());
  EXPECT_EQ(next_poll().at(second).state, JobState::pending);
}

TEST_F(SlurmSchedulerTest, CancelsADoubleThatComesThroughLate) {
  commands_.answer("sbatch", hangs());
  scheduler_->submit(simulation(3));
  commands_.answer("sbatch", prints("8\n"));
  next_poll();
  next_poll();
  queue_ = line("8", "RUNNING", "weir.toy.3.0") + line("7", "PENDING", "weir.toy.3.0");
  next_poll();
  EXPECT_THAT(commands_.commands("scancel"), ElementsAre(Words{"scancel", "--quiet", "7"}));
}

TEST_F(SlurmSchedulerTest, ReportsWhatItKnewWhileSqueueFailsHangsOrTalksNonsense) {
  const auto job = scheduler_->submit(simulation(3));
  queue_ = line("1", "RUNNING", "weir.toy.3.0");
  next_poll();
  for (const auto& answer :
       {fails("slurm_load_jobs error: Unable to contact slurm controller\n"), hangs()}) {
    commands_.answer("squeue", answer);
    EXPECT_EQ(next_poll().at(job).state, JobState::running);
  }
  EXPECT_EQ(commands_.count("scontrol"), 0u) << "a job that was not asked about is not missing";
}

TEST_F(SlurmSchedulerTest, TellsOnceThatSlurmIsSilentAndOnceThatItAnswersAgain) {
  scheduler_->submit(simulation(3));
  commands_.answer("squeue", fails("slurm_load_jobs error: Unable to contact slurm controller\n"));
  next_poll();
  next_poll();
  next_poll();
  EXPECT_THAT(
      scheduler_->news(),
      ElementsAre(HasSubstr("Slurm does not answer (squeue: exit code 1: slurm_load_jobs")));
  commands_.answer("squeue", prints(line("1", "RUNNING", "weir.toy.3.0")));
  next_poll();
  EXPECT_THAT(scheduler_->news(), ElementsAre(HasSubstr("answers again")));
}

TEST_F(SlurmSchedulerTest, AsksAtGrowingDistancesWhileThereIsNoAnswer) {
  scheduler_->submit(simulation(3));
  commands_.answer("squeue", hangs());
  for (int second = 0; second < 300; ++second) {
    scheduler_->poll();
    clock_.advance(seconds(1));
  }
  // At 0, 10, 30, 70, 130, 190, 250 s.
  EXPECT_EQ(commands_.count("squeue"), 7u);
}

TEST_F(SlurmSchedulerTest, AsksAboutAllJobsInOneCommandAndNoMoreOftenThanTheStudySays) {
  for (std::uint64_t sim = 0; sim < 100; ++sim) scheduler_->submit(simulation(sim));
  for (std::uint64_t sim = 0; sim < 100; ++sim)
    queue_ += line(std::to_string(sim + 1), "RUNNING", simulation(sim).name);
  for (int second = 0; second < 20; ++second) {
    EXPECT_EQ(scheduler_->poll().size(), 100u);
    clock_.advance(seconds(1));
  }
  EXPECT_EQ(commands_.count("squeue"), 4u);
}

TEST_F(SlurmSchedulerTest, WaitsForAFreePlaceInAQueueThatIsFull) {
  commands_.answer("sbatch",
                   fails("sbatch: error: QOSMaxSubmitJobPerUserLimit\nsbatch: error: Batch "
                         "job submission failed: Job violates accounting/QOS policy\n"));
  const auto job = scheduler_->submit(simulation(3));
  EXPECT_EQ(scheduler_->poll().at(job).state, JobState::pending);
  commands_.answer("sbatch", prints("8\n"));
  next_poll();
  EXPECT_EQ(submissions(), 2u) << "it was not taken, so there is nothing to look for";
}

TEST_F(SlurmSchedulerTest, ForgetsAPutOffSubmissionThatIsCancelled) {
  commands_.answer("sbatch", hangs());
  const auto job = scheduler_->submit(simulation(3));
  scheduler_->cancel(job);
  next_poll();
  EXPECT_EQ(next_poll().at(job).state, JobState::cancelled);
  EXPECT_EQ(submissions(), 1u);
}

// ---- what becomes of jobs

TEST_F(SlurmSchedulerTest, TellsHowAJobEndedOnce) {
  const auto job = scheduler_->submit(simulation(3));
  queue_ = line("1", "TIMEOUT", "weir.toy.3.0", "TimeLimit", "0");
  const auto report = next_poll().at(job);
  EXPECT_EQ(report.state, JobState::failed);
  EXPECT_EQ(report.cause, JobCause::time_limit);
  EXPECT_TRUE(next_poll().empty());
}

TEST_F(SlurmSchedulerTest, TellsAnEndForWantOfMemoryWhereSlurmSaysItInTheLogAlone) {
  const auto hungry = scheduler_->submit(simulation(1)), other = scheduler_->submit(simulation(2));
  files_.make_directories(directory_.logs(), 0700);
  files_.replace(directory_.simulation_log(1, 0),
                 "step 3\nslurmstepd-n1: error: StepId=1.batch exceeded memory limit "
                 "(312070144 > 104857600), being killed\n",
                 0600);
  files_.replace(directory_.simulation_log(2, 0), "the solver exceeded memory limit\n", 0600);
  queue_ = line("1", "FAILED", "weir.toy.1.0", "JobLaunchFailure", "9") +
           line("2", "FAILED", "weir.toy.2.0", "JobLaunchFailure", "9");
  const auto reports = next_poll();
  EXPECT_EQ(reports.at(hungry).cause, JobCause::out_of_memory);
  EXPECT_EQ(reports.at(hungry).reason, "out of memory");
  EXPECT_EQ(reports.at(other).cause, JobCause::signal);
}

TEST_F(SlurmSchedulerTest, TellsItsOwnCancelFromSomebodyElses) {
  const auto mine = scheduler_->submit(simulation(1)), other = scheduler_->submit(simulation(2));
  scheduler_->cancel(mine);
  queue_ = line("1", "CANCELLED", "weir.toy.1.0") + line("2", "CANCELLED", "weir.toy.2.0");
  const auto reports = next_poll();
  EXPECT_EQ(reports.at(mine).cause, JobCause::none);
  EXPECT_EQ(reports.at(other).cause, JobCause::cancelled);
  EXPECT_EQ(reports.at(other).reason, "cancelled by somebody else");
}

TEST_F(SlurmSchedulerTest, CancelsManyJobsInOneCommandAndAgainWhenThatFails) {
  for (std::uint64_t sim = 0; sim < 3; ++sim)
    scheduler_->cancel(scheduler_->submit(simulation(sim)));
  for (const char* job : {"1", "2", "3"}) queue_ += line(job, "RUNNING", "weir.toy.0.0");
  commands_.answer("scancel", hangs());
  scheduler_->poll();
  commands_.answer("scancel", prints(""));
  next_poll();
  next_poll();
  const Words all = {"scancel", "--quiet", "1", "2", "3"};
  EXPECT_THAT(commands_.commands("scancel"), ElementsAre(all, all));
}

TEST_F(SlurmSchedulerTest, CancelsNoJobAgainThatHasEndedMeanwhile) {
  const auto job = scheduler_->submit(simulation(3));
  scheduler_->cancel(job);
  commands_.answer("scancel", hangs());
  scheduler_->poll();
  queue_ = line("1", "COMPLETED", "weir.toy.3.0");
  next_poll();
  next_poll();
  EXPECT_EQ(commands_.count("scancel"), 1u);
}

TEST_F(SlurmSchedulerTest, AsksAboutNoFurtherJobOnceTheControllerHangs) {
  for (std::uint64_t sim = 0; sim < 5; ++sim) scheduler_->submit(simulation(sim));
  commands_.answer("scontrol", hangs());
  commands_.answer("sacct", hangs());
  next_poll();
  EXPECT_EQ(commands_.count("scontrol"), 1u);
}

TEST_F(SlurmSchedulerTest, AsksTheControllerAboutAJobThatTheQueueDoesNotList) {
  const auto job = scheduler_->submit(simulation(3));
  commands_.answer("scontrol", prints("JobId=1 JobState=OUT_OF_MEMORY ExitCode=0:125\n"));
  EXPECT_EQ(next_poll().at(job).cause, JobCause::out_of_memory);
  EXPECT_THAT(commands_.commands("scontrol"),
              ElementsAre(Words{"scontrol", "--oneliner", "show", "job", "1"}));
}

TEST_F(SlurmSchedulerTest, BelievesTheAccountingAndThenWhatTheJobItselfLeft) {
  const auto first = scheduler_->submit(simulation(1));
  commands_.answer("sacct", prints("NODE_FAIL|1:0\n"));
  EXPECT_EQ(next_poll().at(first).cause, JobCause::node_failure);

  commands_.answer("sacct", fails("Slurm accounting storage is disabled\n"));
  const auto second = scheduler_->submit(simulation(2));
  write_job_end(posix_file_system(), job_file_path(directory_, "weir.toy.2.0"),
                {.exit_code = 3, .signal = 0});
  EXPECT_EQ(next_poll().at(second).exit_code, 3);
}

TEST_F(SlurmSchedulerTest, GivesAJobWithoutATraceUpOnlyAfterAWhile) {
  const auto job = scheduler_->submit(simulation(3));
  scheduler_->poll();
  for (int k = 0; k < 11; ++k) {
    clock_.advance(seconds(5));
    EXPECT_EQ(scheduler_->poll().at(job).state, JobState::pending);
  }
  clock_.advance(seconds(5));
  EXPECT_EQ(scheduler_->poll().at(job).state, JobState::lost);
}

TEST_F(SlurmSchedulerTest, TakesAnAttemptThatSlurmRunsAgainForFailedAndEndsItAndLetsAServerRun) {
  const auto attempt = scheduler_->submit(simulation(1)), server_job = scheduler_->submit(server());
  queue_ = line("1", "PENDING", "weir.toy.1.0", "BeginTime", "0", /*restarts=*/1) +
           line("2", "PENDING", "weir.toy.server", "BeginTime", "0", /*restarts=*/1);
  const auto reports = next_poll();
  EXPECT_EQ(reports.at(attempt).state, JobState::failed);
  EXPECT_EQ(reports.at(attempt).cause, JobCause::preempted);
  EXPECT_EQ(reports.at(server_job).state, JobState::pending);
  EXPECT_THAT(commands_.commands("scancel"), ElementsAre(Words{"scancel", "--quiet", "1"}));
}

TEST_F(SlurmSchedulerTest, TellsOnceWhatHoldsJobsBackForEver) {
  scheduler_->submit(simulation(1));
  queue_ = line("1", "PENDING", "weir.toy.1.0", "PartitionTimeLimit");
  const auto report = next_poll().at("1");
  next_poll();
  EXPECT_EQ(report.state, JobState::pending);
  EXPECT_EQ(report.cause, JobCause::never_ran);
  EXPECT_THAT(scheduler_->news(), ElementsAre(HasSubstr("lower time_limit")));
}

// ---- a later launcher

TEST_F(SlurmSchedulerTest, FindsJobsAndTasksThatLiveByNameInThisStudyDirectoryAlone) {
  scheduler_->submit_all({simulation(4), simulation(5)});
  start();
  queue_ = line("1_1", "RUNNING", "weir.toy.4.0.wave.0") + line("2", "PENDING", "weir.toy.server") +
           line("3", "COMPLETED", "weir.toy.7.0") +
           "4|RUNNING|0|0|None|weir:ffffffffffffffff|weir.toy.8.0|\n";
  const auto found = scheduler_->find(
      {"weir.toy.server", "weir.toy.4.0", "weir.toy.5.0", "weir.toy.7.0", "weir.toy.8.0"});
  EXPECT_THAT(found, ElementsAre(Pair("weir.toy.5.0", "1_1"), Pair("weir.toy.server", "2")));
  EXPECT_EQ(scheduler_->poll().at("1_1").state, JobState::running);
}

TEST_F(SlurmSchedulerTest, DoesNotResumeWithoutKnowingWhatLives) {
  commands_.answer("squeue", hangs());
  EXPECT_THROW(scheduler_->find({"weir.toy.server"}), Error);
}

}  // namespace
}  // namespace weir

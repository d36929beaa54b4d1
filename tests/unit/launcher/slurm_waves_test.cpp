// Waves of simulations as job arrays.

#include "tests/unit/launcher/slurm_fixture.h"

namespace weir {
namespace {

using test::fails;
using test::hangs;
using test::prints;
using testing::Contains;
using testing::ElementsAre;
using testing::SizeIs;

using Words = std::vector<std::string>;

using SlurmWavesTest = test::SlurmSchedulerTest;

TEST_F(SlurmWavesTest, SubmitsAWaveAsOneArrayWhoseTasksAreItsJobs) {
  const auto submissions = scheduler_->submit_all({simulation(4), simulation(5), simulation(6)});
  ASSERT_EQ(submissions.size(), 3u);
  EXPECT_EQ(submissions[2].job, "1_2");
  const auto sbatch = commands_.commands("sbatch");
  ASSERT_EQ(sbatch.size(), 1u);
  EXPECT_THAT(sbatch[0], Contains("--array=0-2"));
  EXPECT_THAT(sbatch[0], Contains("--job-name=weir.toy.4.0.wave.0"));
  EXPECT_EQ(read_wave_file(posix_file_system(), sbatch[0].back()),
            (Words{"weir.toy.4.0", "weir.toy.5.0", "weir.toy.6.0"}));
  queue_ = line("1_0", "RUNNING", "weir.toy.4.0.wave.0") +
           line("1_2", "COMPLETED", "weir.toy.4.0.wave.0");
  const auto reports = next_poll();
  EXPECT_EQ(reports.at("1_0").state, JobState::running);
  EXPECT_EQ(reports.at("1_2").state, JobState::done);
}

TEST_F(SlurmWavesTest, FindsWhatSlurmSaysOfATasksMemoryInTheOutputOfTheWave) {
  const auto tasks = scheduler_->submit_all({simulation(1), simulation(2)});
  files_.replace(directory_.jobs() / "weir.toy.1.0.wave.0.out.1",
                 "slurmstepd: error: Detected 1 oom_kill event in StepId=1.batch.\n", 0600);
  queue_ = line("1_0", "FAILED", "weir.toy.1.0.wave.0", "JobLaunchFailure", "9") +
           line("1_1", "FAILED", "weir.toy.1.0.wave.0", "JobLaunchFailure", "9");
  const auto reports = next_poll();
  EXPECT_EQ(reports.at(tasks[0].job).cause, JobCause::signal);
  EXPECT_EQ(reports.at(tasks[1].job).cause, JobCause::out_of_memory);
}

TEST_F(SlurmWavesTest, RemovesTheFileOfAWaveWhenItsLastJobHasEndedAndKeepsWhatSlurmSaid) {
  scheduler_->submit_all({simulation(4), simulation(5)});
  scheduler_->submit_all({simulation(6), simulation(7)});
  posix_file_system().replace(directory_.jobs() / "weir.toy.4.0.wave.0.out.0", "", 0600);
  posix_file_system().replace(directory_.jobs() / "weir.toy.6.0.wave.0.out.1", "no module", 0600);
  EXPECT_THAT(wave_files(), SizeIs(4));
  queue_ = line("1_0", "COMPLETED", "weir.toy.4.0.wave.0") +
           line("1_1", "RUNNING", "weir.toy.4.0.wave.0") +
           line("2_[0-1]", "PENDING", "weir.toy.6.0.wave.0");
  next_poll();
  EXPECT_THAT(wave_files(), ElementsAre("weir.toy.4.0.wave.0.json", "weir.toy.6.0.wave.0.json",
                                        "weir.toy.6.0.wave.0.out.1"));
  queue_ = line("1_1", "FAILED", "weir.toy.4.0.wave.0") +
           line("2_0", "CANCELLED", "weir.toy.6.0.wave.0") +
           line("2_1", "COMPLETED", "weir.toy.6.0.wave.0");
  next_poll();
  EXPECT_THAT(wave_files(), ElementsAre("weir.toy.6.0.wave.0.out.1"));
}

TEST_F(SlurmWavesTest, LeavesNoFileOfAWaveThatIsRefused) {
  commands_.answer("sbatch",
                   fails("sbatch: error: Batch job submission failed: Invalid partition name\n"));
  scheduler_->submit_all({simulation(4), simulation(5)});
  EXPECT_TRUE(wave_files().empty());
}

TEST_F(SlurmWavesTest, RemovesTheFilesOfAnEarlierLaunchersWavesOfWhichNothingLives) {
  scheduler_->submit_all({simulation(4), simulation(5)});
  scheduler_->submit_all({simulation(6), simulation(7)});
  start();
  queue_ = line("1_0", "COMPLETED", "weir.toy.4.0.wave.0") +
           line("1_1", "COMPLETED", "weir.toy.4.0.wave.0") +
           line("2_0", "COMPLETED", "weir.toy.6.0.wave.0") +
           line("2_1", "RUNNING", "weir.toy.6.0.wave.0");
  scheduler_->find({"weir.toy.4.0", "weir.toy.5.0", "weir.toy.6.0", "weir.toy.7.0"});
  EXPECT_THAT(wave_files(), ElementsAre("weir.toy.6.0.wave.0.json"));
  queue_ = line("2_1", "COMPLETED", "weir.toy.6.0.wave.0");
  next_poll();
  EXPECT_TRUE(wave_files().empty());
}

TEST_F(SlurmWavesTest, SplitsAWaveThatIsLargerThanTheSiteAllows) {
  commands_.answer("sbatch", [this](const Words& command) {
    const bool large = std::find(command.begin(), command.end(), "--array=0-2") != command.end();
    if (large)
      return fails("sbatch: error: Batch job submission failed: Invalid job array specification\n");
    return prints(std::to_string(++number_) + "\n");
  });
  const auto submissions = scheduler_->submit_all({simulation(4), simulation(5), simulation(6)});
  ASSERT_EQ(submissions.size(), 3u);
  EXPECT_EQ(submissions[0].job, "1");
  EXPECT_EQ(submissions[1].job, "2_0");
  EXPECT_EQ(submissions[2].job, "2_1");
}

TEST_F(SlurmWavesTest, FindsAPutOffWaveByOneOfItsTasks) {
  commands_.answer("sbatch", hangs());
  const auto wave = scheduler_->submit_all({simulation(4), simulation(5)});
  queue_ = line("9_1", "PENDING", "weir.toy.4.0.wave.0");
  next_poll();
  queue_ =
      line("9_0", "RUNNING", "weir.toy.4.0.wave.0") + line("9_1", "PENDING", "weir.toy.4.0.wave.0");
  const auto reports = next_poll();
  EXPECT_EQ(reports.at(wave[0].job).state, JobState::running);
  EXPECT_EQ(reports.at(wave[1].job).state, JobState::pending);
  EXPECT_EQ(submissions(), 1u);
}

}  // namespace
}  // namespace weir

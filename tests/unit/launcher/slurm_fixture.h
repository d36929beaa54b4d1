#pragma once
// A Slurm scheduler over scripted commands.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "launcher/run/jobs.h"
#include "launcher/schedulers/batch_script.h"
#include "launcher/schedulers/job_file.h"
#include "launcher/schedulers/slurm.h"
#include "src/core/error.h"
#include "tests/support/scripted_commands.h"
#include "tests/support/temporary_folder.h"

namespace weir::test {

/// A Slurm of scripted answers: sbatch counts jobs up from 1, squeue prints `queue_`.
class SlurmSchedulerTest : public testing::Test {
 protected:
  SlurmSchedulerTest() {
    std::filesystem::create_directories(directory_.run());
    study_.name = "toy";
    study_.launcher.poll = 5;
    commands_.answer("sbatch",
                     [this](const auto&) { return prints(std::to_string(++number_) + "\n"); });
    commands_.answer("squeue", [this](const auto&) { return prints(queue_); });
    commands_.answer("scancel", prints(""));
    commands_.answer("scontrol", fails("slurm_load_jobs error: Invalid job id specified\n"));
    commands_.answer("sacct", fails("Slurm accounting storage is disabled\n"));
    start();
  }

  void start() {
    scheduler_ = std::make_unique<SlurmScheduler>(study_, directory_, commands_,
                                                  posix_file_system(), clock_);
  }

  JobRequest simulation(std::uint64_t sim) const {
    auto study = study_;
    study.simulation.command = {"solver", "a b;$(c)"};
    return simulation_job(study, directory_, sim, /*attempt=*/0, {});
  }
  JobRequest server() const { return server_job(study_, directory_, "/bin/weir-server", ""); }

  std::string line(const std::string& job, const std::string& state, const std::string& name,
                   const std::string& reason = "None", const std::string& exit_code = "0",
                   int restarts = 0) const {
    return job + "|" + state + "|" + exit_code + "|" + std::to_string(restarts) + "|" + reason +
           "|" + slurm_mark(directory_) + "|" + name + "|\n";
  }
  /// What is reported after the next question.
  std::map<JobId, JobReport> next_poll() {
    clock_.advance(std::chrono::minutes(1));
    return scheduler_->poll();
  }
  std::vector<std::string> wave_files() const {
    auto files = posix_file_system().list(directory_.jobs());
    std::erase_if(files, [](const auto& file) { return file.find(".wave.") == std::string::npos; });
    return files;
  }
  std::size_t submissions() const { return commands_.count("sbatch"); }

  FileSystem& files_ = posix_file_system();
  TemporaryFolder folder_;
  StudyDirectory directory_{folder_.path()};
  Study study_;
  ManualClock clock_;
  ScriptedCommands commands_;
  std::string queue_;
  int number_ = 0;
  std::unique_ptr<SlurmScheduler> scheduler_;
};

}  // namespace weir::test

// The pool with real pilots: weir-pilot and weir-job as children of this process.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include "launcher/schedulers/local.h"
#include "launcher/schedulers/pool.h"
#include "src/core/process.h"
#include "tests/support/temporary_folder.h"

namespace weir {
namespace {

using testing::HasSubstr;

bool nightly() { return std::getenv("WEIR_NIGHTLY") != nullptr; }

class PoolProcessTest : public testing::Test {
 protected:
  PoolProcessTest() {
    std::filesystem::create_directories(directory_.logs());
    std::filesystem::create_directories(directory_.run());
  }

  static PoolSettings settings(std::size_t pilots) {
    return {.prefix = "weir.s.pilot.",
            .program = WEIR_PILOT,
            .pilots = pilots,
            .ranks = 1,
            .idle = 60,
            .simulation_limit = 0,
            .job_limit = 0,
            .retry = 5};
  }
  void start(std::size_t pilots) {
    base_.emplace(clock_, directory_.root);
    pool_ = std::make_unique<PoolScheduler>(*base_, directory_, settings(pilots),
                                            posix_file_system(), clock_);
  }
  JobRequest script(const std::string& name, const std::string& text) {
    return {.name = name,
            .role = JobRole::simulation,
            .command = {"sh", "-c", text},
            .ranks = 1,
            .launch = Launch::direct,
            .environment = {},
            .log = directory_.logs() / (name + ".log"),
            .directory = directory_.root};
  }
  void poll() {
    for (auto& [name, report] : pool_->poll()) reports_[name] = report;
  }
  void wait_until(const std::function<bool()>& condition) {
    const Time end = clock_.now() + std::chrono::seconds(60);
    while (!condition()) {
      ASSERT_LT(clock_.now(), end) << "waited for too long";
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
      poll();
    }
  }
  JobReport end_of(const std::string& name) {
    wait_until([&] { return reports_.contains(name) && has_ended(reports_[name].state); });
    return reports_[name];
  }
  bool there(const std::string& name) { return std::filesystem::exists(temporary_ / name); }
  pid_t written(const std::string& name) {
    pid_t pid = 0;
    std::ifstream(temporary_ / name) >> pid;
    return pid;
  }
  static bool lives(pid_t pid) {
    const auto stat = process_stat(pid);
    return stat && !stat->ended;
  }

  test::TemporaryFolder temporary_;
  StudyDirectory directory_{std::filesystem::canonical(temporary_.path())};
  SystemClock clock_;
  std::optional<LocalScheduler> base_;
  std::unique_ptr<PoolScheduler> pool_;
  std::map<std::string, JobReport> reports_;
};

TEST_F(PoolProcessTest, RunsOneSimulationAfterAnotherInOnePilot) {
  start(/*pilots=*/1);
  for (const char* name : {"a", "b", "c"}) pool_->submit(script(name, "echo $PPID >> parents"));
  for (const char* name : {"a", "b", "c"}) EXPECT_EQ(end_of(name).state, JobState::done);
  EXPECT_FALSE(there("run/pool/weir.s.pilot.2"));
}

TEST_F(PoolProcessTest, TellsTheExitCodeOfASimulation) {
  start(/*pilots=*/1);
  pool_->submit(script("a", "exit 3"));
  EXPECT_EQ(end_of("a").exit_code, 3);
  EXPECT_EQ(end_of("a").state, JobState::failed);
}

TEST_F(PoolProcessTest, KillsTheWholeProcessTreeOfASimulation) {
  start(/*pilots=*/1);
  pool_->submit(script("a", "trap '' TERM; setsid sleep 1000 & echo $! > child; wait"));
  wait_until([&] { return written("child") > 0; });
  pool_->kill("a");
  EXPECT_EQ(end_of("a").state, JobState::cancelled);
  EXPECT_FALSE(lives(written("child")));
  pool_->submit(script("b", "true"));  // and the pilot goes on
  EXPECT_EQ(end_of("b").state, JobState::done);
}

TEST_F(PoolProcessTest, LosesNoSimulationWhenAPilotIsKilled) {
  start(/*pilots=*/1);
  pool_->submit(script("a", "echo $$ > running; exec sleep 1000"));
  pool_->submit(script("b", "true"));
  wait_until([&] { return written("running") > 0; });
  base_->kill(base_->find({"weir.s.pilot.1"}).at("weir.s.pilot.1"));
  const auto end = end_of("a");
  EXPECT_NE(end.state, JobState::done);
  EXPECT_THAT(end.reason, HasSubstr("its pilot weir.s.pilot.1 has ended"));
  EXPECT_EQ(end_of("b").state, JobState::done);
  EXPECT_FALSE(lives(written("running")));
}

TEST_F(PoolProcessTest, APilotThatIsTerminatedEndsItsSimulationAndTellsNoEndOfIt) {
  start(/*pilots=*/1);
  pool_->submit(script("a", "echo $$ > running; exec sleep 1000"));
  wait_until([&] { return written("running") > 0; });
  base_->cancel(base_->find({"weir.s.pilot.1"}).at("weir.s.pilot.1"));
  EXPECT_THAT(end_of("a").reason, HasSubstr("its pilot weir.s.pilot.1 has ended"));
  EXPECT_FALSE(lives(written("running")));
}

/// 500 simulations of a second on a machine of 2 cores would only measure the machine, so that
/// these sleep; what is measured is what passes between two of them, against as many in loops of a
/// shell at the same time.
TEST_F(PoolProcessTest, KeepsItsSlotsBusyWithShortSimulations) {
  const std::size_t pilots = nightly() ? 16 : 4, simulations = nightly() ? 500 : 24;
  start(pilots);
  const std::string loop =
      "for k in $(seq " + std::to_string(simulations / pilots) + "); do sleep 1; done";
  std::vector<Process> loops;
  for (std::size_t k = 0; k < pilots; ++k)
    loops.push_back(Process::spawn(
        {.command = {"sh", "-c", loop}, .environment = {}, .directory = {}, .log = {}}));
  const Time begin = clock_.now();
  Time looped = begin;
  const auto looping = [&] {
    const auto lives = [](Process& process) { return !process.poll().has_value(); };
    if (std::none_of(loops.begin(), loops.end(), lives)) return false;
    looped = clock_.now();
    return true;
  };
  std::size_t submitted = 0, ended = 0, open = 0;
  while (ended < simulations) {  // a place that is free is filled in the next turn of 20 ms
    for (; open < pilots && submitted < simulations; ++open)
      pool_->submit(script(std::to_string(submitted++), "exec sleep 1"));
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    looping();
    for (const auto& [name, report] : pool_->poll()) {
      if (!has_ended(report.state)) continue;
      ASSERT_EQ(report.state, JobState::done) << report.reason;
      ++ended, --open;
    }
    ASSERT_LT(clock_.now() - begin, std::chrono::minutes(5));
  }
  const double seconds = Seconds(clock_.now() - begin).count();
  wait_until([&] { return !looping(); });
  const double busy = Seconds(looped - begin).count() / seconds;
  std::printf("%zu simulations of 1 s in %zu pilots: %.1f s, slots busy %.0f %%\n", simulations,
              pilots, seconds, 100 * busy);
  EXPECT_GE(busy, nightly() ? 0.8 : 0.6);  // the short form has the pilots' start in it
}

}  // namespace
}  // namespace weir

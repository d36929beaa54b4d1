#include "server/mlflow/tracker.h"

#include <algorithm>
#include <condition_variable>
#include <limits>
#include <mutex>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "src/core/error.h"
#include "tests/support/faulty_file_system.h"
#include "tests/support/passing_file_system.h"
#include "tests/support/temporary_folder.h"

namespace weir::mlflow {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr auto long_enough = std::chrono::minutes(1);

/// Making a folder waits until the gate opens, or breaks.
class GatedFileSystem final : public test::PassingFileSystem {
 public:
  void make_directories(const Path& path, unsigned mode) override {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return open_ || broken_; });
    if (broken_) throw Error(ErrorKind::environment, "the gate is broken");
    inner_.make_directories(path, mode);
  }
  void open_gate() { set(open_); }
  void break_gate() { set(broken_); }

 private:
  void set(bool& what) {
    const std::lock_guard lock(mutex_);
    what = true;
    changed_.notify_all();
  }
  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = false, broken_ = false;
};

class MlflowTrackerTest : public testing::Test {
 protected:
  void SetUp() override { posix_file_system().make_directories(folder_ / "D", 0700); }

  Tracker tracker(FileSystem& files) {
    RunPlan plan{.store = folder_ / "mlruns",
                 .experiment = "heat",
                 .name = "D",
                 .study = folder_ / "D",
                 .note = folder_ / "D" / "mlflow.json",
                 .records = folder_ / "D" / "metrics.jsonl",
                 .epoch = 0,
                 .settings = {}};
    return Tracker(RunFolder(files, plan, [] { return std::string("r"); }),
                   [this](const std::string& text) {
                     const std::lock_guard lock(mutex_);
                     warnings_.push_back(text);
                   });
  }
  Path run() { return folder_ / "mlruns" / experiment_id("heat", 0) / "r"; }
  std::string metric(const std::string& name) {
    return posix_file_system().read(run() / "metrics" / name);
  }

  test::TemporaryFolder folder_;
  std::mutex mutex_;
  std::vector<std::string> warnings_;
};

TEST_F(MlflowTrackerTest, WritesScalarsOfRecordsAndOfTheirFields) {
  auto to = tracker(posix_file_system());
  to.start();
  to.record("train", 10, {{"loss", 0.5}});
  to.record_fields("validation", 20, {{"loss", 2}}, {{"loss", {{"mse", 3}}, {{"mse", {1, 2}}}}});
  to.finish(RunEnd{.status = RunStatus::finished, .reason = {}, .artifacts = {}}, long_enough,
            [] {});
  EXPECT_THAT(metric("train/loss"), testing::MatchesRegex("[0-9]{13} 0.5 10\n"));
  EXPECT_THAT(metric("validation/loss"), HasSubstr(" 2 20\n"));
  EXPECT_THAT(metric("validation/loss.mse"), HasSubstr(" 3 20\n"));
  EXPECT_EQ(yaml_value(posix_file_system().read(run() / "meta.yaml"), "status"), "3");
  EXPECT_THAT(warnings_, IsEmpty());
}

TEST_F(MlflowTrackerTest, LeavesARunThatAnotherServerContinuesRunning) {
  {
    auto to = tracker(posix_file_system());
    to.start();
    to.record("train", 10, {{"loss", 0.5}});
  }
  EXPECT_THAT(metric("train/loss"), HasSubstr("10\n"));
  EXPECT_EQ(yaml_value(posix_file_system().read(run() / "meta.yaml"), "status"), "1");
  auto later = tracker(posix_file_system());
  later.roll_back({.batch = 5, .lines = 0, .seconds = 0});
  later.start();
  later.record("train", 10, {{"loss", 0.25}});
  later.finish(std::nullopt, long_enough, [] {});
  EXPECT_THAT(metric("train/loss"), testing::MatchesRegex("[0-9]{13} 0.25 10\n"));
}

TEST_F(MlflowTrackerTest, WarnsOnceOfADiskThatIsFullAndKeepsNobodyWaiting) {
  test::FaultyFileSystem full(posix_file_system(), /*first_failure=*/0);
  auto to = tracker(full);
  to.start();
  for (std::size_t batch = 0; batch < 1000; ++batch) to.record("train", batch, {{"loss", 1}});
  to.finish(RunEnd{}, long_enough, [] {});
  EXPECT_THAT(warnings_, ElementsAre(HasSubstr("no space left on device")));
  EXPECT_THAT(warnings_, ElementsAre(HasSubstr("/trackers/mlflow/folder")));
}

/// The first folder, or any, cannot be made, when the test has seen that it is asked for; it is
/// long before that is tried again, unless all ends.
class BrokenFileSystem final : public test::PassingFileSystem {
 public:
  explicit BrokenFileSystem(bool for_ever) : for_ever_(for_ever) {}
  void make_directories(const Path& path, unsigned mode) override {
    std::unique_lock lock(mutex_);
    if (!std::exchange(asked_, true) || for_ever_) {
      changed_.notify_all();
      changed_.wait(lock, [this] { return failing_; });
      throw Error(ErrorKind::environment, "not yet");
    }
    lock.unlock();
    inner_.make_directories(path, mode);
  }
  void wait_until_asked() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return asked_; });
  }
  void fail() {
    const std::lock_guard lock(mutex_);
    failing_ = true;
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  const bool for_ever_;
  bool asked_ = false, failing_ = false;
};

TEST_F(MlflowTrackerTest, WritesInTheirOrderWhatItCouldNotAtFirst) {
  BrokenFileSystem disk(/*for_ever=*/false);
  auto to = tracker(disk);
  to.record("train", 10, {{"loss", 0.5}});
  to.start();
  disk.wait_until_asked();
  to.record("train", 20, {{"loss", 0.25}});
  disk.fail();
  to.finish(RunEnd{}, long_enough, [] {});
  EXPECT_THAT(metric("train/loss"), testing::MatchesRegex("[0-9]{13} 0.5 10\n[0-9]{13} 0.25 20\n"));
  EXPECT_THAT(warnings_, ElementsAre(HasSubstr("not yet")));
}

TEST_F(MlflowTrackerTest, WarnsOnceHoweverOftenItFails) {
  BrokenFileSystem disk(/*for_ever=*/true);
  auto to = tracker(disk);
  to.start();
  disk.wait_until_asked();
  disk.fail();
  to.finish(RunEnd{}, long_enough, [] {});  // fails again
  EXPECT_THAT(warnings_, ElementsAre(HasSubstr("not yet")));
}

TEST_F(MlflowTrackerTest, KeepsNoMoreThanItMayWhileAFileSystemHangs) {
  GatedFileSystem hanging;
  auto to = tracker(hanging);
  to.start();
  const std::vector<std::pair<std::string, double>> values(100, {std::string("value"), 1});
  std::size_t records = 0;
  while (to.dropped() == 0 && records < 100'000) to.record("train", records++, values);
  EXPECT_EQ(to.dropped(), 1u);
  hanging.open_gate();
  to.finish(RunEnd{}, long_enough, [] {});
  EXPECT_THAT(warnings_, ElementsAre(HasSubstr("lacks 1 records")));
}

TEST_F(MlflowTrackerTest, LeavesAThreadBehindThatAFileSystemHolds) {
  static auto* const hanging = new GatedFileSystem;  // as long as the thread
  auto to = tracker(*hanging);
  to.start();
  int signs = 0;
  to.finish(RunEnd{}, std::chrono::milliseconds(1), [&] { ++signs; });
  EXPECT_GE(signs, 1);
  EXPECT_THAT(warnings_, ElementsAre(HasSubstr("is not whole")));
  hanging->break_gate();
}

TEST_F(MlflowTrackerTest, TakesALargeTrainingsRecordsInPassing) {
  auto to = tracker(posix_file_system());
  to.start();
  const std::vector<std::pair<std::string, double>> values = {{"loss", 0.123456789},
                                                              {"learning_rate", 1e-3},
                                                              {"samples", 1e6},
                                                              {"samples_per_second", 321.5}};
  const auto start = std::chrono::steady_clock::now();
  constexpr std::size_t batches = 100'000, every = 10;
  for (std::size_t batch = 0; batch < batches; batch += every) {
    to.record("train", batch, values);
    to.record("buffer", batch, values);
  }
  const Seconds took = std::chrono::steady_clock::now() - start;
  RecordProperty("microseconds_a_batch", std::to_string(took.count() / batches * 1e6));
  EXPECT_LT(took.count(), 10) << "seconds for 100 000 batches";
  to.finish(RunEnd{}, long_enough, [] {});
  const std::string lines = metric("train/loss");
  EXPECT_EQ(std::count(lines.begin(), lines.end(), '\n'), 10'000);
}

}  // namespace
}  // namespace weir::mlflow

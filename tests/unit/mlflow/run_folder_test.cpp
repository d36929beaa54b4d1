#include "server/mlflow/run_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "src/core/error.h"
#include "tests/support/faulty_file_system.h"
#include "tests/support/passing_file_system.h"
#include "tests/support/temporary_folder.h"

namespace weir::mlflow {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class MlflowRunTest : public testing::Test {
 protected:
  RunPlan plan(std::uint64_t epoch = 0) {
    return {.store = store_,
            .experiment = "heat",
            .name = "D",
            .study = folder_ / "D",
            .note = folder_ / "D" / "mlflow.json",
            .records = folder_ / "D" / "metrics.jsonl",
            .epoch = epoch,
            .settings = {{"training/batch", 10.0},
                         {"training/model/kind", std::string(7000, 'x')},
                         {std::string(251, 'n'), true}}};
  }
  /// As a server of that epoch does.
  RunFolder opened(std::uint64_t epoch = 0, std::optional<MetricsMark> goes_on_from = {}) {
    RunFolder run(disk_, plan(epoch));
    run.open(goes_on_from);
    return run;
  }
  std::string read(const Path& path) { return posix_file_system().read(path); }
  Path experiment() { return store_ / experiment_id("heat", 0); }
  std::vector<Path> runs() {
    std::vector<Path> found;
    for (const auto& name : posix_file_system().list(experiment()))
      if (posix_file_system().exists(experiment() / name / "meta.yaml"))
        found.push_back(experiment() / name);
    return found;
  }
  Path run() {
    EXPECT_THAT(runs(), SizeIs(1));
    return runs().at(0);
  }
  std::string status(const Path& of) { return *yaml_value(read(of / "meta.yaml"), "status"); }

  void SetUp() override { posix_file_system().make_directories(folder_ / "D", 0700); }

  test::TemporaryFolder folder_;
  const Path store_ = folder_ / "mlruns";
  test::FaultyFileSystem disk_{posix_file_system(), static_cast<std::size_t>(-1)};
};

TEST_F(MlflowRunTest, IsMadeWithItsExperimentParametersAndTags) {
  opened();
  EXPECT_EQ(yaml_value(read(experiment() / "meta.yaml"), "name"), "heat");
  EXPECT_EQ(read(run() / "params" / "training" / "batch"), "10");
  EXPECT_EQ(read(run() / "tags" / "mlflow.runName"), "D");
  EXPECT_EQ(read(run() / "tags" / "weir.study_directory"), (folder_ / "D").string());
  EXPECT_EQ(status(run()), "1");
  EXPECT_EQ(yaml_value(read(run() / "meta.yaml"), "run_id"), run().filename().string());
}

TEST_F(MlflowRunTest, KeepsToMlflowsLengths) {
  opened();
  EXPECT_EQ(read(run() / "params" / "training" / "model" / "kind").size(), 6000u);
  EXPECT_EQ(read(run() / "tags" / "weir.params_left_out"),
            "1 with names of more than 250 characters");
}

TEST_F(MlflowRunTest, JoinsAnExperimentThatMlflowMade) {
  posix_file_system().make_directories(store_ / "5", 0700);
  posix_file_system().replace(store_ / "5" / "meta.yaml", "lifecycle_stage: active\nname: heat\n",
                              0600);
  opened();
  EXPECT_FALSE(posix_file_system().exists(experiment()));
  EXPECT_THAT(posix_file_system().list(store_ / "5"), SizeIs(2));
}

TEST_F(MlflowRunTest, MakesAnExperimentAnewThatWasDeleted) {
  posix_file_system().make_directories(store_ / ".trash" / experiment_id("heat", 0), 0700);
  opened();
  EXPECT_FALSE(posix_file_system().exists(experiment()));
  EXPECT_TRUE(posix_file_system().exists(store_ / experiment_id("heat", 1) / "meta.yaml"));
}

TEST_F(MlflowRunTest, OfAnotherStudyIsBesideThisOne) {
  opened();
  auto other = plan();
  other.note = folder_ / "other.json";
  RunFolder(disk_, other).open({});
  EXPECT_THAT(runs(), SizeIs(2));
}

TEST_F(MlflowRunTest, IsAnotherOneInAnotherExperiment) {
  opened();
  auto moved = plan(/*epoch=*/1);
  moved.experiment = "wind";
  RunFolder(disk_, moved).open(MetricsMark{.batch = 0, .lines = 0, .seconds = 0});
  const Path there = store_ / experiment_id("wind", 0);
  EXPECT_THAT(posix_file_system().list(there), SizeIs(2)) << "its meta.yaml and a run";
  EXPECT_THAT(runs(), SizeIs(1));
}

TEST_F(MlflowRunTest, GoesOnWithTheLimitsThatItIsGivenThen) {
  opened();
  auto later = plan(/*epoch=*/1);
  later.settings[0].second = 20.0;
  RunFolder(disk_, later).open(MetricsMark{.batch = 0, .lines = 0, .seconds = 0});
  EXPECT_EQ(read(run() / "params" / "training" / "batch"), "20");
}

TEST_F(MlflowRunTest, AppendsLinesByMetric) {
  auto of = opened();
  MetricLines lines = {{"train/loss", "1 0.5 10\n"}, {"train/samples", "1 100 10\n"}};
  of.append(lines);
  EXPECT_THAT(lines, IsEmpty());
  lines = {{"train/loss", "2 0.4 20\n"}};
  of.append(lines);
  EXPECT_EQ(read(run() / "metrics" / "train" / "loss"), "1 0.5 10\n2 0.4 20\n");
  EXPECT_EQ(read(run() / "metrics" / "train" / "samples"), "1 100 10\n");
}

TEST_F(MlflowRunTest, GoesOnWithTheMetricsThatItsRecordsHadAtTheCut) {
  auto first = opened(0);
  MetricLines lines = {{"train/loss", "1 0.5 10\n2 0.4 20\n"},
                       {"validation/mse", "2 7 20\n"},
                       {"mine/own", "1 1 10\n2 2 20\n"}};
  first.append(lines);
  first.end({.status = RunStatus::killed, .reason = {}, .artifacts = {}});
  EXPECT_EQ(status(run()), "5");
  // What was recorded at batch 15 never reached MLflow.
  const std::string records = R"({"kind":"train","batch":10,"seconds":1,"loss":0.5})"
                              "\n"
                              R"({"kind":"train","batch":15,"seconds":2,"loss":0.45})"
                              "\n";
  posix_file_system().replace(plan().records,
                              records + "{\"kind\":\"train\",\"batch\":20,\"loss\":9}\n", 0600);
  auto later = opened(1, MetricsMark{.batch = 15, .lines = records.size(), .seconds = 2});
  EXPECT_EQ(status(run()), "1");
  EXPECT_THAT(read(run() / "metrics" / "train" / "loss"),
              testing::MatchesRegex("1 0.5 10\n[0-9]{13} 0.45 15\n"));
  // MLflow refuses a run with an empty one.
  EXPECT_FALSE(posix_file_system().exists(run() / "metrics" / "validation" / "mse"));
  EXPECT_EQ(read(run() / "metrics" / "mine" / "own"), "1 1 10\n");
  lines = {{"train/loss", "3 0.3 20\n"}};
  later.append(lines);
  EXPECT_THAT(read(run() / "metrics" / "train" / "loss"), testing::EndsWith("15\n3 0.3 20\n"));
}

TEST_F(MlflowRunTest, StartsAnewWhenItsStudyDoes) {
  opened(0);
  opened(1);
  EXPECT_THAT(runs(), SizeIs(2));
}

TEST_F(MlflowRunTest, IsMadeAgainWhenItsFolderIsGone) {
  opened(0);
  posix_file_system().remove_all(store_);
  opened(1, MetricsMark{.batch = 10, .lines = 0, .seconds = 0});
  EXPECT_THAT(runs(), SizeIs(1));
}

TEST_F(MlflowRunTest, TakesNothingFromAServerThatWasReplaced) {
  auto early = opened(0);
  MetricLines lines = {{"train/loss", "1 0.5 10\n"}};
  early.append(lines);
  opened(1, MetricsMark{.batch = 10, .lines = 0, .seconds = 0});
  lines = {{"train/loss", "2 0.4 20\n"}};
  early.append(lines);
  early.end({.status = RunStatus::failed, .reason = "late", .artifacts = {}});
  EXPECT_EQ(read(run() / "metrics" / "train" / "loss"), "1 0.5 10\n");
  EXPECT_EQ(status(run()), "1");
}

TEST_F(MlflowRunTest, HasNoPartOfALineAfterAFullDisk) {
  auto of = opened();
  MetricLines lines = {{"train/loss", "1 0.5 10\n"}};
  of.append(lines);
  lines = {{"train/loss", "2 0.4 20\n"}, {"train/rate", "2 1 20\n"}};
  disk_.fail_from(disk_.writes() + 1);  // the second one
  EXPECT_THROW(of.append(lines), Error);
  EXPECT_THAT(lines, ElementsAre(testing::Pair("train/rate", "2 1 20\n")));
  EXPECT_FALSE(posix_file_system().exists(run() / "metrics" / "train" / "rate"));
  disk_.repair();
  of.append(lines);
  EXPECT_EQ(read(run() / "metrics" / "train" / "loss"), "1 0.5 10\n2 0.4 20\n");
  EXPECT_EQ(read(run() / "metrics" / "train" / "rate"), "2 1 20\n");
}

/// While it is torn, half of what is written arrives, and nothing can be taken back.
class TornFileSystem final : public test::PassingFileSystem {
 public:
  bool torn = false;

  std::unique_ptr<OutputFile> append(const Path& path, unsigned mode) override {
    return std::make_unique<File>(*this, inner_.append(path, mode));
  }
  void truncate(const Path& path, std::uint64_t size) override {
    fail_if_torn();
    inner_.truncate(path, size);
  }

 private:
  class File final : public OutputFile {
   public:
    File(TornFileSystem& disk, std::unique_ptr<OutputFile> inner)
        : disk_(disk), inner_(std::move(inner)) {}
    void write(std::string_view bytes) override {
      inner_->write(bytes.substr(0, disk_.torn ? bytes.size() / 2 : bytes.size()));
      disk_.fail_if_torn();
    }
    void sync() override { inner_->sync(); }
    void close() override { inner_->close(); }

   private:
    TornFileSystem& disk_;
    std::unique_ptr<OutputFile> inner_;
  };

  void fail_if_torn() const {
    if (torn) throw Error(ErrorKind::environment, "torn");
  }
};

TEST_F(MlflowRunTest, MendsAPartOfALineAsSoonAsItCan) {
  TornFileSystem disk;
  RunFolder of(disk, plan());
  of.open({});
  MetricLines lines = {{"train/loss", "1 0.5 10\n"}};
  of.append(lines);
  lines = {{"train/loss", "2 0.4 20\n"}};
  disk.torn = true;
  EXPECT_THROW(of.append(lines), Error);
  disk.torn = false;
  of.append(lines);
  EXPECT_EQ(read(run() / "metrics" / "train" / "loss"), "1 0.5 10\n2 0.4 20\n");
}

TEST_F(MlflowRunTest, IsOpenedAfterAFullDiskAsIfThereHadBeenRoom) {
  opened();
  const std::size_t writes = disk_.writes();
  ASSERT_GT(writes, 5u);
  for (std::size_t write = 0; write < writes; ++write) {
    posix_file_system().remove_all(store_);
    RunFolder of(disk_, plan());
    disk_.fail_from(disk_.writes() + write);
    EXPECT_THROW(of.open({}), Error) << write;
    EXPECT_THAT(runs(), IsEmpty()) << write;
    disk_.repair();
    of.open({});
    EXPECT_THAT(runs(), SizeIs(1)) << write;
  }
}

TEST_F(MlflowRunTest, EndsWithItsArtifactsAndReason) {
  posix_file_system().replace(folder_ / "D" / "card.json", "{}", 0600);
  auto of = opened();
  const RunEnd end{
      .status = RunStatus::finished,
      .reason = "reached 10 batches",
      .artifacts = {{"model/card.json", folder_ / "D" / "card.json", {}}, {"best.png", {}, "png"}}};
  of.end(end);
  of.end(end);  // of a study that went on
  EXPECT_EQ(status(run()), "3");
  EXPECT_EQ(read(run() / "artifacts" / "model" / "card.json"), "{}");
  EXPECT_EQ(read(run() / "artifacts" / "best.png"), "png");
  EXPECT_EQ(read(run() / "tags" / "mlflow.note.content"), "reached 10 batches");
}

}  // namespace
}  // namespace weir::mlflow

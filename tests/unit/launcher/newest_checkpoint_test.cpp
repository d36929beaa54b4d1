#include "launcher/records/newest_checkpoint.h"

#include <fstream>

#include <gtest/gtest.h>

#include "tests/support/temporary_folder.h"

namespace weir {
namespace {

namespace fs = std::filesystem;

class NewestCheckpointTest : public testing::Test {
 protected:
  void publish(const std::string& name, const std::string& manifest) {
    fs::create_directories(directory_.checkpoints() / name);
    std::ofstream(directory_.checkpoints() / name / "manifest.json") << manifest;
  }
  void publish(std::uint64_t number, std::uint64_t batch) {
    publish(std::to_string(number), R"({"number": )" + std::to_string(number) + R"(, "batch": )" +
                                        std::to_string(batch) + R"(, "epoch": 1, "ranks": 2})");
  }
  std::optional<PublishedCheckpoint> newest() {
    return newest_checkpoint(posix_file_system(), directory_);
  }

  test::TemporaryFolder folder_;
  StudyDirectory directory_{folder_.path()};
};

TEST_F(NewestCheckpointTest, IsNoneBeforeTheFirstOne) {
  EXPECT_FALSE(newest());
  fs::create_directories(directory_.checkpoints());
  EXPECT_FALSE(newest());
  EXPECT_EQ(checkpoint_text(newest(), /*now=*/100), "checkpoint  none yet\n");
}

TEST_F(NewestCheckpointTest, HasTheHighestNumberNotTheLastName) {
  for (const std::uint64_t number : {9, 10, 2}) publish(number, /*batch=*/10 * number);
  const auto found = newest();
  ASSERT_TRUE(found);
  EXPECT_EQ(found->number, 10u);
  EXPECT_EQ(found->batch, 100u);
  EXPECT_EQ(found->ranks, 2u);
  EXPECT_EQ(found->ledger(1), directory_.checkpoints() / "10" / "rank.1" / "ledger");
  EXPECT_EQ(checkpoint_text(found, found->time + 75),
            "checkpoint  10, of batch 100, 1 min 15 s ago\n");
}

TEST_F(NewestCheckpointTest, PassesOverUnfinishedAndDamagedOnes) {
  publish(1, /*batch=*/7);
  publish(".2.partial", R"({"number": 2, "batch": 8, "epoch": 0, "ranks": 1})");
  publish("3", "cut");
  publish("4", R"({"number": 4})");
  fs::create_directories(directory_.checkpoints() / "5");
  ASSERT_TRUE(newest());
  EXPECT_EQ(newest()->number, 1u);
}

}  // namespace
}  // namespace weir

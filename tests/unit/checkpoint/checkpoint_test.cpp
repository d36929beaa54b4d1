// Checkpoints on a real disk: what goes in comes out, and rows are written once.

#include "server/checkpoint/checkpoint.h"

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include <gmock/gmock.h>

#include "server/checkpoint/row_writer.h"
#include "src/core/error.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/checkpoint/study_in_memory.h"

namespace weir {
namespace {

using test::StudyInMemory;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class Checkpoints : public ::testing::Test {
 protected:
  PartWritten save(StudyInMemory& study) {
    RankCut cut = study.cut();
    const PartWritten written = folder_.write_part(cut, 0);
    folder_.publish(cut.name);
    study.published(written.places);
    return written;
  }
  std::string path(const std::string& name) const { return (root_ / name).string(); }

  test::TemporaryFolder root_;
  CheckpointFolder folder_{posix_file_system(), root_ / "checkpoints"};
  StudyInMemory study_{/*seed=*/1, /*capacity=*/20};
};

TEST_F(Checkpoints, GiveBackWhatWasCutOverManyCutsWithRandomOverwrites) {
  std::size_t cuts = 0, reused = 0, written = 0;
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    const test::TemporaryFolder root;
    CheckpointFolder folder(posix_file_system(), root.path());
    StudyInMemory study(seed, /*capacity=*/30);
    Random random(seed);
    for (int k = 0; k < 15; ++k, ++cuts) {
      study.overwrite(random.below(25));
      study.take_out(random.below(5));
      RankCut cut = study.cut();
      const PartWritten part = folder.write_part(cut, 0);
      folder.publish(cut.name);
      study.published(part.places);
      folder.prune(2);
      reused += part.rows_reused;
      written += part.rows_written;
      ASSERT_EQ(part.rows_reused + part.rows_written, study.content().rows.size());
      const auto loaded = test::load_newest(CheckpointFolder(posix_file_system(), root.path()));
      std::string difference;
      ASSERT_TRUE(loaded && same(*loaded, study.content(), difference))
          << difference << " differs at cut " << k << " of seed " << seed;
    }
  }
  std::printf("%zu cuts, %zu rows written, %zu reused\n", cuts, written, reused);
  EXPECT_GT(reused, written / 2);
}

TEST_F(Checkpoints, OfAnEmptyBufferHaveNoSegment) {
  EXPECT_EQ(save(study_).rows_written, 0u);
  EXPECT_FALSE(std::filesystem::exists(path("checkpoints/1/rank.0/segment.1")));
  EXPECT_THAT(folder_.damage(1, 0), IsEmpty());
  EXPECT_EQ(test::load_newest(folder_)->rows.size(), 0u);
}

TEST_F(Checkpoints, OfAStudyFromADataSetHaveNoStore) {
  RankCut cut = study_.cut();
  cut.store.reset();
  folder_.write_part(cut, 0);
  folder_.publish(cut.name);
  EXPECT_THAT(folder_.damage(1, 0), IsEmpty());
  EXPECT_FALSE(folder_.read_part(1, 0).store.has_value());
  EXPECT_EQ(folder_.read_part(1, 0).training.batch, 100u);
}

TEST_F(Checkpoints, DoNotWriteARowTwice) {
  study_.overwrite(100);
  const auto first = save(study_);
  const auto second = save(study_);
  EXPECT_EQ(second.rows_written, 0u);
  EXPECT_EQ(second.rows_reused, first.rows_written);
  EXPECT_EQ(std::filesystem::hard_link_count(path("checkpoints/2/rank.0/segment.1")), 2u);
  EXPECT_EQ(second.places, first.places);
}

}  // namespace
}  // namespace weir

// What goes into checkpoints comes out of them, and rows are written once.

#include "server/checkpoint/checkpoint.h"

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include <gmock/gmock.h>

#include "server/checkpoint/row_writer.h"
#include "src/core/error.h"
#include "tests/support/crash_file_system.h"
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
  void save_with_arrivals(std::size_t cuts) {
    for (std::size_t k = 0; k < cuts; ++k) {
      study_.overwrite(10);
      save(study_);
    }
  }
  void damage(const std::string& path) { disk_.content(root_ / path).back() ^= 1; }
  void expect_round_trip() {
    const auto loaded = test::load_newest(CheckpointFolder(disk_, root_));
    ASSERT_TRUE(loaded.has_value());
    std::string difference;
    EXPECT_TRUE(same(*loaded, study_.content(), difference)) << difference << " differs";
  }

  const Path root_ = "/checkpoints";
  test::CrashFileSystem disk_;
  CheckpointFolder folder_{disk_, root_};
  StudyInMemory study_{/*seed=*/1, /*capacity=*/20};
};

/// Rows written and reused over the cuts of one study, all of which came back as they were.
PartWritten random_cuts(std::uint64_t seed, bool links) {
  test::CrashFileSystem disk;
  if (!links) disk.without_links();
  CheckpointFolder folder(disk, "/checkpoints");
  StudyInMemory study(seed, /*capacity=*/30);
  Random random(seed);
  PartWritten sum;
  for (int k = 0; k < 15; ++k) {
    study.overwrite(random.below(25));
    study.take_out(random.below(5));
    RankCut cut = study.cut();
    const PartWritten part = folder.write_part(cut, 0);
    folder.publish(cut.name);
    study.published(part.places);
    folder.prune(2);
    sum.rows_reused += part.rows_reused;
    sum.rows_written += part.rows_written;
    EXPECT_EQ(part.rows_reused + part.rows_written, study.content().rows.size());
    const auto loaded = test::load_newest(CheckpointFolder(disk, "/checkpoints"));
    std::string difference;
    EXPECT_TRUE(loaded && same(*loaded, study.content(), difference))
        << difference << " differs at cut " << k << " of seed " << seed;
  }
  return sum;
}

TEST_F(Checkpoints, GiveBackWhatWasCutOverManyCutsWithRandomOverwrites) {
  const std::uint64_t seeds = std::getenv("WEIR_NIGHTLY") != nullptr ? 2000 : 100;
  PartWritten sum;
  for (std::uint64_t seed = 1; seed <= seeds && !HasFailure(); ++seed) {
    const PartWritten written = random_cuts(seed, /*links=*/seed % 4 != 0);
    sum.rows_written += written.rows_written;
    sum.rows_reused += written.rows_reused;
  }
  std::printf("%zu seeds of 15 cuts, %zu rows written, %zu reused\n",
              static_cast<std::size_t>(seeds), sum.rows_written, sum.rows_reused);
  EXPECT_GT(sum.rows_reused, sum.rows_written / 2);
}

TEST_F(Checkpoints, OfAnEmptyBufferHaveNoSegment) {
  EXPECT_EQ(save(study_).rows_written, 0u);
  EXPECT_FALSE(disk_.exists(root_ / "1/rank.0/segment.1"));
  expect_round_trip();
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

TEST_F(Checkpoints, ShareRowsByHardLinks) {
  study_.overwrite(100);
  const auto first = save(study_);
  const auto second = save(study_);
  EXPECT_EQ(second.rows_written, 0u);
  EXPECT_EQ(second.rows_reused, first.rows_written);
  EXPECT_LT(second.bytes, first.bytes);
  EXPECT_EQ(second.places, first.places);
  EXPECT_EQ(disk_.names_of(root_ / "2/rank.0/segment.1"), 2u);
  expect_round_trip();
}

TEST_F(Checkpoints, CopyRowsWhereThereAreNoHardLinks) {
  disk_.without_links();
  study_.overwrite(100);
  const auto first = save(study_);
  EXPECT_EQ(save(study_).places, first.places);
  EXPECT_EQ(disk_.names_of(root_ / "2/rank.0/segment.1"), 1u);
  EXPECT_EQ(disk_.content(root_ / "2/rank.0/segment.1"),
            disk_.content(root_ / "1/rank.0/segment.1"));
  expect_round_trip();
}

TEST_F(Checkpoints, RewriteTheRowsOfASegmentThatIsMostlyOfNoUse) {
  study_.overwrite(100);
  save(study_);
  study_.take_out(40);  // of 20 slots about 3 stay
  const auto second = save(study_);
  ASSERT_GT(study_.content().rows.size(), 0u);
  EXPECT_EQ(second.rows_reused, 0u);
  EXPECT_EQ(second.rows_written, study_.content().rows.size());
  EXPECT_FALSE(disk_.exists(root_ / "2/rank.0/segment.1"));
  expect_round_trip();
}

TEST_F(Checkpoints, OutliveTheCheckpointThatWroteTheirRows) {
  study_.overwrite(100);
  for (int k = 0; k < 5; ++k) {
    save(study_);
    folder_.prune(2);
  }
  EXPECT_THAT(folder_.published(), ElementsAre(5, 4));
  expect_round_trip();
}

TEST_F(Checkpoints, OfAFormerServerAreReadAndSharedByTheNext) {
  study_.overwrite(100);
  save(study_);
  CheckpointFolder next(disk_, root_);
  RankCut cut = study_.cut();
  const auto written = next.write_part(cut, 0);
  next.publish(cut.name);
  EXPECT_EQ(written.rows_reused, study_.content().rows.size());
  EXPECT_THAT(next.published(), ElementsAre(2, 1));
  expect_round_trip();
}

TEST_F(Checkpoints, TakeRowsFromAnOlderOneWhenTheNewestCopyIsDamaged) {
  disk_.without_links();
  study_.overwrite(100);
  save(study_);
  save(study_);
  damage("2/rank.0/segment.1");
  CheckpointFolder next(disk_, root_);
  RankCut cut = study_.cut();
  next.write_part(cut, 0);
  next.publish(cut.name);
  expect_round_trip();
}

TEST_F(Checkpoints, SayWhichSegmentIsMissingWhenNoneHasItAnyMore) {
  study_.overwrite(100);
  save(study_);
  disk_.remove_all(root_ / "1");
  RankCut cut = study_.cut();
  try {
    folder_.write_part(cut, 0);
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::environment);
    EXPECT_THAT(error.what(), HasSubstr("rank.0/segment.1"));
  }
}

TEST_F(Checkpoints, ArePrunedToTheNewestValidOnes) {
  save_with_arrivals(/*cuts=*/4);
  damage("4/rank.0/server.json");
  CheckpointFolder(disk_, root_).prune(2);
  EXPECT_THAT(folder_.published(), ElementsAre(3, 2));
}

TEST_F(Checkpoints, ArePrunedByTheServerThatPublishedThem) {
  save_with_arrivals(/*cuts=*/4);
  damage("3/manifest.json");
  folder_.prune(2);
  EXPECT_THAT(folder_.published(), ElementsAre(4, 2));
}

TEST_F(Checkpoints, WithDamagedRowsDoNotCountWhenTheNextServerPrunes) {
  disk_.without_links();
  save_with_arrivals(/*cuts=*/3);
  damage("3/rank.0/segment.3");
  CheckpointFolder(disk_, root_).prune(2);
  EXPECT_THAT(folder_.published(), ElementsAre(2, 1));
}

TEST_F(Checkpoints, StayWhileTooFewAreValid) {
  save_with_arrivals(/*cuts=*/3);
  damage("3/manifest.json");
  damage("2/manifest.json");
  folder_.prune(2);
  EXPECT_THAT(folder_.published(), ElementsAre(3, 2, 1));
}

TEST_F(Checkpoints, ThatWereNotFinishedAreRemovedAtTheNextStart) {
  save_with_arrivals(/*cuts=*/1);
  RankCut cut = study_.cut();
  folder_.write_part(cut, 0);
  ASSERT_TRUE(disk_.exists(root_ / ".2.partial"));
  CheckpointFolder(disk_, root_).clean();
  EXPECT_FALSE(disk_.exists(root_ / ".2.partial"));
  EXPECT_THAT(folder_.published(), ElementsAre(1));
}

TEST_F(Checkpoints, AreNotPublishedWithoutThePartOfEachRank) {
  StudyInMemory first(/*seed=*/1, /*capacity=*/5, /*rank=*/0, /*ranks=*/2);
  RankCut cut = first.cut();
  folder_.write_part(cut, 0);
  EXPECT_THROW(folder_.publish(cut.name), Error);
  EXPECT_THAT(folder_.published(), IsEmpty());
}

TEST_F(Checkpoints, AreNotPublishedWithADamagedPart) {
  RankCut cut = study_.cut();
  folder_.write_part(cut, 0);
  damage(".1.partial/rank.0/files.json");
  try {
    folder_.publish(cut.name);
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::environment);
    EXPECT_THAT(error.what(), HasSubstr("files.json is cut or damaged"));
  }
}

TEST_F(Checkpoints, AreNotPublishedWithAPartOfAnotherEpoch) {
  RankCut cut = study_.cut();
  folder_.write_part(cut, 0);
  cut.name.epoch += 1;
  try {
    folder_.publish(cut.name);
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("another server writes to the same study"));
  }
}

TEST_F(Checkpoints, SayOfWhichStudyTheyAre) {
  save_with_arrivals(/*cuts=*/2);
  const CutName name = folder_.name_of(2);
  EXPECT_EQ(name.number, 2u);
  EXPECT_EQ(name.batch, 200u);
  EXPECT_EQ(name.epoch, 1u);
  EXPECT_EQ(name.study, 0xfedcba9876543210u);
  EXPECT_EQ(name.schema, 7u);
  EXPECT_EQ(name.ranks, 1u);
}

TEST_F(Checkpoints, OfFewerRanksAreOfNoUseToMore) {
  save_with_arrivals(/*cuts=*/1);
  EXPECT_THAT(folder_.damage(1, 1), HasSubstr("is of 1 ranks: rank 1 has no part in it"));
  EXPECT_THROW(folder_.read_part(1, 1), Error);
}

TEST(SegmentsToKeep, AreThoseOfWhichHalfTheRowsAreLive) {
  EXPECT_THAT(segments_to_keep({{1, {5, 10}}, {2, {4, 10}}, {3, {10, 10}}, {4, {2, 3}}}, 64),
              ElementsAre(1, 3, 4));
}

TEST(SegmentsToKeep, AreTheLargestWhenThereAreTooMany) {
  EXPECT_THAT(segments_to_keep({{1, {1, 1}}, {2, {7, 7}}, {3, {1, 1}}, {4, {5, 8}}}, /*most=*/2),
              ElementsAre(2, 4));
}

TEST(CheckpointsOnARealDisk, AreWrittenReadAndPruned) {
  const test::TemporaryFolder root;
  CheckpointFolder folder(posix_file_system(), root / "checkpoints");
  StudyInMemory study(/*seed=*/5, /*capacity=*/20);
  for (int k = 0; k < 3; ++k) {
    study.overwrite(6);
    RankCut cut = study.cut();
    const PartWritten written = folder.write_part(cut, 0);
    folder.publish(cut.name);
    study.published(written.places);
    folder.prune(2);
  }
  const auto loaded = test::load_newest(folder);
  std::string difference;
  EXPECT_TRUE(loaded && same(*loaded, study.content(), difference)) << difference << " differs";
  EXPECT_THAT(folder.published(), ElementsAre(3, 2));
  const auto mode = std::filesystem::status(root / "checkpoints/3/rank.0").permissions();
  EXPECT_EQ(mode, std::filesystem::perms::owner_all);
}

}  // namespace
}  // namespace weir

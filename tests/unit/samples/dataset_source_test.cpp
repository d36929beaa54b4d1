// Epochs over a data set: each sample once, shuffled, shared by the ranks.

#include "server/samples/dataset_source.h"

#include <algorithm>
#include <map>

#include <gtest/gtest.h>

#include "tests/unit/training/training_fixture.h"

namespace weir {
namespace {

constexpr std::size_t simulations = 3, samples = 60;  // 20 steps each

class DatasetSourceTest : public testing::Test {
 protected:
  DatasetSourceTest() {
    study_.training.dataset = folder_ / "training.h5";
    study_.training.epochs = 3;
    test::write_data_set(study_.training.dataset, study_, /*first=*/5, simulations);
  }

  /// All batches of a rank, in order.
  std::vector<std::vector<SampleId>> batches(std::size_t rank, std::size_t ranks,
                                             std::size_t batch) {
    DatasetSource source(study_, rank, ranks);
    std::vector<float> rows(batch * 10);
    Batch drawn;
    drawn.targets = rows.data();
    std::vector<std::vector<SampleId>> all;
    while (source.offer(batch).readiness == Readiness::ready) {
      source.draw(source.offer(batch).samples, drawn);
      all.push_back(drawn.ids);
    }
    EXPECT_EQ(source.offer(batch).readiness, Readiness::over);
    return all;
  }
  std::vector<SampleId> stream(std::size_t rank, std::size_t ranks) {
    std::vector<SampleId> ids;
    for (const auto& batch : batches(rank, ranks, /*batch=*/7))
      ids.insert(ids.end(), batch.begin(), batch.end());
    return ids;
  }

  test::TemporaryFolder folder_;
  Study study_ = test::miniature_study(/*batch=*/7);
};

TEST_F(DatasetSourceTest, DrawsEachSampleOnceAnEpochInAnotherOrderEachTime) {
  const auto ids = stream(/*rank=*/0, /*ranks=*/1);
  ASSERT_EQ(ids.size(), 3 * samples);
  std::map<SampleId, std::size_t> draws;
  for (std::size_t epoch = 0; epoch < 3; ++epoch) {
    for (std::size_t k = 0; k < samples; ++k) ++draws[ids[epoch * samples + k]];
    EXPECT_EQ(draws.size(), samples);
    for (const auto& [id, times] : draws) EXPECT_EQ(times, epoch + 1) << id.sim << " " << id.step;
  }
  const auto begin = ids.begin();
  EXPECT_FALSE(std::equal(begin, begin + samples, begin + samples));
  EXPECT_FALSE(std::is_sorted(begin, begin + samples));
}

TEST_F(DatasetSourceTest, RanksShareOneStreamSampleBySample) {
  const auto whole = stream(/*rank=*/0, /*ranks=*/1);
  for (const std::size_t ranks : {2U, 7U}) {
    std::vector<SampleId> merged(whole.size());
    for (std::size_t rank = 0; rank < ranks; ++rank) {
      const auto part = stream(rank, ranks);
      for (std::size_t k = 0; k < part.size(); ++k) merged[k * ranks + rank] = part[k];
    }
    EXPECT_EQ(merged, whole) << ranks << " ranks";
  }
}

TEST_F(DatasetSourceTest, TheSeedFixesTheOrder) {
  const auto first = stream(0, 1);
  EXPECT_EQ(stream(0, 1), first);
  study_.seed = 8;
  EXPECT_NE(stream(0, 1), first);
}

TEST_F(DatasetSourceTest, GivesTheValuesAndParametersOfWhatItDraws) {
  DatasetSource source(study_, /*rank=*/1, /*ranks=*/2);
  std::vector<float> rows(70);
  Batch batch;
  batch.targets = rows.data();
  source.draw(7, batch);
  for (std::size_t k = 0; k < 7; ++k) {
    const std::vector<float> row(rows.begin() + 10 * static_cast<long>(k),
                                 rows.begin() + 10 * static_cast<long>(k + 1));
    EXPECT_EQ(row, test::values_of(study_, batch.ids[k]));
    const auto parameters = test::parameters_of(study_, batch.ids[k].sim);
    EXPECT_EQ(batch.parameters[2 * k], parameters[0]);
    EXPECT_EQ(batch.parameters[2 * k + 1], parameters[1]);
  }
}

TEST_F(DatasetSourceTest, PeekingLeavesTheStreamAsItIs) {
  DatasetSource source(study_, 0, 1);
  std::vector<float> rows(2000);
  Batch peeked, drawn;
  peeked.targets = drawn.targets = rows.data();
  EXPECT_EQ(source.peek(100, peeked), 100U);
  source.draw(7, drawn);
  EXPECT_TRUE(std::equal(drawn.ids.begin(), drawn.ids.end(), peeked.ids.begin()));
  EXPECT_EQ(source.occupancy().unseen, 3 * samples - 7);
}

TEST_F(DatasetSourceTest, RowsThatDoNotFitInMemoryAreReadFromTheFile) {
  const auto rows = [&](std::size_t memory) {
    return DataRows(DataSet(study_.training.dataset, study_), {2, 59}, /*sample_size=*/10, memory);
  };
  const DataRows held = rows(/*memory=*/80), read = rows(/*memory=*/79);
  EXPECT_TRUE(held.in_memory());
  EXPECT_FALSE(read.in_memory());
  std::vector<float> a(10), b(10);
  for (const std::size_t k : {0U, 1U}) {
    held.copy(k, a);
    read.copy(k, b);
    EXPECT_EQ(a, b);
    EXPECT_EQ(a, test::values_of(study_, held.id(k)));
  }
}

}  // namespace
}  // namespace weir

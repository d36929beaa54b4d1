// A buffer as numbers.

#include "src/plan/buffer_counts.h"

#include <gtest/gtest.h>

namespace weir {
namespace {

TEST(BufferCountsTest, FifoIsFullUntilItIsDrawnFrom) {
  BufferCounts buffer(BufferKind::fifo, /*capacity=*/4, /*watermark=*/2);
  buffer.begin(4);
  EXPECT_EQ(buffer.room(), 0u);
  EXPECT_EQ(buffer.offer(3), 0u);
  buffer.commit(1);
  EXPECT_EQ(buffer.offer(3), 0u);
  buffer.commit(1);
  EXPECT_EQ(buffer.offer(3), 2u);
  buffer.draw(2);
  EXPECT_EQ(buffer.population(), 0u);
  EXPECT_EQ(buffer.room(), 2u);
}

/// Of four unseen ones among four, two draws see 4 (1 - (3/4)²) = 1.75 on average, of the 2.25 that
/// are left with what was carried (1 + 0.75 of 3): 3 × 0.4375 + 0.75 = 2.06.
TEST(BufferCountsTest, ReservoirKeepsWhatItDrawsAndCarriesFractions) {
  BufferCounts buffer(BufferKind::reservoir, 4, 1);
  buffer.begin(4);
  buffer.commit(4);
  EXPECT_EQ(buffer.room(), 0u);
  EXPECT_EQ(buffer.offer(10), 10u);
  buffer.draw(2);
  EXPECT_EQ(buffer.unseen(), 3u);
  EXPECT_EQ(buffer.room(), 1u);
  buffer.draw(2);
  EXPECT_EQ(buffer.unseen(), 1u);
  EXPECT_EQ(buffer.population(), 4u);
  buffer.begin(3);
  EXPECT_EQ(buffer.population(), 1u);
}

TEST(BufferCountsTest, AfterReceptionEachDrawRemovesWhateverTheWatermark) {
  BufferCounts buffer(BufferKind::reservoir, 10, 5);
  buffer.begin(4);
  buffer.commit(4);
  EXPECT_EQ(buffer.offer(3), 0u);
  buffer.end_reception();
  EXPECT_EQ(buffer.offer(3), 3u);
  buffer.draw(3);
  EXPECT_EQ(buffer.offer(3), 1u);
  buffer.draw(1);
  EXPECT_EQ(buffer.offer(3), 0u);
}

}  // namespace
}  // namespace weir

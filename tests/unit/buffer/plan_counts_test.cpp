// The buffer of `weir plan`, which is numbers alone, against the server's.

#include <gtest/gtest.h>

#include "server/buffer/buffer.h"
#include "src/plan/buffer_counts.h"

namespace weir {
namespace {

double real(std::size_t count) { return static_cast<double>(count); }

/// Both get the same arrivals and the same draws.
class PlanCountsTest : public ::testing::TestWithParam<BufferKind> {
 protected:
  /// So many, or as many as both have room for.
  void arrive(std::size_t count) {
    count = std::min({count, buffer_->room(), static_cast<std::size_t>(counts_.room())});
    counts_.begin(count);
    counts_.commit(count);
    for (; count > 0; --count) buffer_->commit(*buffer_->acquire());
  }

  void draw(std::size_t batch) {
    const auto count = counts_.offer(batch);
    ASSERT_EQ(count > 0, buffer_->drawable());
    if (count > 0) counts_.draw(count);
    for (std::uint64_t k = 0; k < count; ++k) buffer_->unpin(buffer_->draw());
  }

  std::unique_ptr<Buffer> buffer_ =
      make_buffer(GetParam(), /*capacity=*/1000, /*watermark=*/200, Random(7));
  BufferCounts counts_{GetParam(), 1000, 200};
};

TEST_P(PlanCountsTest, AgreeWithTheServersBuffer) {
  for (int round = 0; round < 500; ++round) {
    arrive(9);
    draw(20);
    const auto occupancy = buffer_->occupancy();
    ASSERT_EQ(counts_.population(), occupancy.population()) << round;
    // Of a reservoir the server's is random, and this its mean.
    const double tolerance = GetParam() == BufferKind::reservoir ? 40 : 0;
    ASSERT_NEAR(real(counts_.unseen()), real(occupancy.unseen), tolerance) << round;
  }
  counts_.end_reception();
  buffer_->end_reception();
  while (counts_.population() > 0) draw(20);
  EXPECT_EQ(buffer_->occupancy().population(), 0u);
}

INSTANTIATE_TEST_SUITE_P(EachKind, PlanCountsTest,
                         ::testing::Values(BufferKind::fifo, BufferKind::firo,
                                           BufferKind::reservoir));

}  // namespace
}  // namespace weir

// Steps as bitmaps.

#include "src/wire/bitmap.h"

#include <gtest/gtest.h>

namespace weir::wire {
namespace {

TEST(Bitmap, GrowsToTheBitThatIsSetAndHasNoneBeyondItsEnd) {
  Bitmap bits;
  EXPECT_FALSE(has_bit(bits, 1000));
  set_bit(bits, 9);
  EXPECT_EQ(bits, (Bitmap{0, 0b10}));
  EXPECT_TRUE(has_bit(bits, 9));
  EXPECT_EQ(count_bits({0xff, 0x01}), 9u);
}

TEST(Bitmap, NamesTheFirstBitThatTheOtherHasNot) {
  EXPECT_EQ(first_missing({0b101}, {0b111}), std::nullopt);
  EXPECT_EQ(first_missing({0b101}, {0b001}), 2u);
  EXPECT_EQ(first_missing({0, 0b100}, {0xff}), 10u) << "the other is shorter";
  EXPECT_EQ(first_missing({}, {}), std::nullopt);
}

TEST(Bitmap, APrefixCountsTheStepsOfOneRankAlone) {
  // Simulation 1 on two ranks: the even steps belong to rank 1, the odd ones to rank 0.
  EXPECT_EQ(prefix_of_rank({0b10101}, /*sim=*/1, /*steps=*/10, /*rank=*/1, /*ranks=*/2), 6u);
  EXPECT_EQ(prefix_of_rank({0b10101}, 1, 10, /*rank=*/0, 2), 1u);
  EXPECT_EQ(prefix_of_rank({0b10101}, 1, /*steps=*/5, /*rank=*/1, 2), 5u) << "all";
  EXPECT_EQ(prefix_of_rank({}, 0, /*steps=*/2, /*rank=*/3, /*ranks=*/4), 2u)
      << "no step is its own";
}

TEST(Bitmap, APrefixOfARankThatHasWholeSimulationsCountsEachStep) {
  const auto routing = Routing::by_simulation;
  EXPECT_EQ(prefix_of_rank({0b10111}, /*sim=*/3, /*steps=*/10, /*rank=*/1, 2, routing), 3u);
  EXPECT_EQ(prefix_of_rank({0b00111}, 3, /*steps=*/3, /*rank=*/1, 2, routing), 3u) << "all";
  EXPECT_EQ(prefix_of_rank({}, 3, 10, /*rank=*/0, 2, routing), 10u) << "no step is its own";
}

}  // namespace
}  // namespace weir::wire

// Boxes of arrays: what is wrong with them, where their rows lie, and how they are divided.

#include "src/wire/box.h"

#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "src/core/random.h"

namespace weir::wire {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

/// The array whose values are the positions that they have in the box; -1 outside.
std::vector<int> numbered(const Box& box, std::size_t size) {
  std::vector<int> array(size, -1);
  for_each_run(box, [&](std::size_t source, std::size_t destination, std::size_t count) {
    for (std::size_t k = 0; k < count; ++k)
      array.at(destination + k) = static_cast<int>(source + k);
  });
  return array;
}

TEST(Box, LiesInItsArrayRowByRow) {
  EXPECT_THAT(numbered({{3, 2, 1}, {3, 2, 0}}, 9), ElementsAre(-1, -1, -1, 0, 1, -1, 2, 3, -1));
}

TEST(Box, WithoutValuesHasNoRows) {
  EXPECT_THAT(numbered({{2, 0, 1}, {2, 2, 0}}, 4), testing::Each(-1));
  EXPECT_THAT(numbered({{2, 2, 0}, {2, 0, 2}}, 4), testing::Each(-1));
}

TEST(Box, ThatDoesNotFitSaysWhy) {
  EXPECT_EQ(wrong_box({{3, 2, 1}, {3, 2, 0}}, /*size=*/9, /*values=*/4), "");
  EXPECT_THAT(wrong_box({}, 9, 4), HasSubstr("0 axes"));
  EXPECT_THAT(wrong_box(Box(17, {1, 1, 0}), 1, 1), HasSubstr("17 axes"));
  EXPECT_THAT(wrong_box({{4, 2, 1}, {3, 2, 0}}, 9, 4), HasSubstr("the field's 9 values"));
  EXPECT_THAT(wrong_box({{3, 2, 1}, {3, 1, 0}}, 9, 4), HasSubstr("the chunk's 4 values"));
  EXPECT_THAT(wrong_box({{3, 2, 2}, {3, 2, 0}}, 9, 4), HasSubstr("from 2 with 2 values"));
  constexpr auto most = std::numeric_limits<std::uint64_t>::max();
  EXPECT_NE(wrong_box({{most, 2, 0}, {most, 2, 0}}, 9, 4), "");
  EXPECT_NE(wrong_box({{3, 2, most}, {3, 2, 0}}, 9, 4), "");
  EXPECT_NE(wrong_box({{3, most, 1}, {3, most, 1}}, 9, 1), "");
}

/// Any box of 1 to 4 axes.
Box drawn_box(Random& random) {
  Box box(1 + random.below(4));
  for (Axis& axis : box) {
    axis.global = 1 + random.below(6);
    axis.extent = random.below(axis.global + 1);
    axis.start = random.below(axis.global - axis.extent + 1);
  }
  return box;
}

std::size_t array_size(const Box& box) {
  std::size_t size = 1;
  for (const Axis& axis : box) size *= axis.global;
  return size;
}

TEST(Box, SimplifiedOrDividedIsTheSamePlace) {
  for (std::uint64_t seed = 0; seed < 2000; ++seed) {
    SCOPED_TRACE(seed);
    Random random(seed);
    const Box box = drawn_box(random);
    const std::size_t size = array_size(box), most = 1 + random.below(20);
    const auto expected = numbered(box, size);
    ASSERT_EQ(numbered(simplified(box), size), expected);
    std::vector<int> together(size, -1);
    std::uint64_t next = 0;
    for (const auto& [position, piece] : divided(box, most)) {
      ASSERT_EQ(position, next);
      ASSERT_LE(values_of(piece), most);
      ASSERT_EQ(wrong_box(piece, size, values_of(piece)), "");
      next += values_of(piece);
      const auto part = numbered(piece, size);
      for (std::size_t k = 0; k < size; ++k) {
        if (part[k] >= 0) together[k] = part[k] + static_cast<int>(position);
      }
    }
    ASSERT_EQ(next, values_of(box));
    ASSERT_EQ(together, expected);
  }
}

TEST(Box, OfWholeRowsIsOneStretch) {
  EXPECT_EQ(simplified({{4, 2, 1}, {5, 5, 0}, {6, 6, 0}}), (Box{{120, 60, 30}}));
}

}  // namespace
}  // namespace weir::wire

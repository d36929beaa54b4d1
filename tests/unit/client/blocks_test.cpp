#include "client_api/blocks.h"

#include <cstdint>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "client_api/failure.h"

namespace weir::client {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

/// The field that results when each rank's values are numbered on from the rank before.
std::vector<int> scatter(const BlockLayout& layout, std::size_t values) {
  std::vector<int> field(values, -1);
  layout.for_each_run([&](std::size_t source, std::size_t destination, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) field[destination + i] = static_cast<int>(source + i);
  });
  return field;
}

std::string refusal(std::size_t values, std::vector<std::size_t> global,
                    std::vector<Block> blocks) {
  try {
    const BlockLayout layout("u", values, std::move(global), std::move(blocks));
  } catch (const Failure& failure) {
    EXPECT_EQ(failure.status(), WEIR_ERROR_SIZE);
    return failure.what();
  }
  return "accepted";
}

TEST(BlockLayout, PutsColumnsSideBySide) {
  const BlockLayout layout("u", /*values=*/6, {2, 3}, {{{2, 1}, {0, 0}}, {{2, 2}, {0, 1}}});
  EXPECT_THAT(scatter(layout, 6), ElementsAre(0, 2, 3, 1, 4, 5));
}

TEST(BlockLayout, PutsRowsOneBelowTheOther) {
  const BlockLayout layout("u", /*values=*/6, {3, 2}, {{{1, 2}, {2, 0}}, {{2, 2}, {0, 0}}});
  EXPECT_THAT(scatter(layout, 6), ElementsAre(2, 3, 4, 5, 0, 1));
}

TEST(BlockLayout, TakesThreeDimensions) {
  const BlockLayout layout("u", /*values=*/8, {2, 2, 2},
                           {{{2, 1, 2}, {0, 1, 0}}, {{2, 1, 2}, {0, 0, 0}}});
  EXPECT_THAT(scatter(layout, 8), ElementsAre(4, 5, 0, 1, 6, 7, 2, 3));
}

TEST(BlockLayout, TakesARankWithoutValues) {
  const BlockLayout layout("u", /*values=*/4, {2, 2},
                           {{{0, 2}, {0, 0}}, {{2, 2}, {0, 0}}, {{2, 0}, {0, 2}}});
  EXPECT_THAT(scatter(layout, 4), ElementsAre(0, 1, 2, 3));
}

TEST(BlockLayout, RefusesAnArrayThatIsNotTheField) {
  EXPECT_THAT(refusal(/*values=*/10, {3, 3}, {{{3, 3}, {0, 0}}}),
              HasSubstr("3 × 3 values, the study says 10"));
}

TEST(BlockLayout, RefusesExtentsWhoseProductOverflows) {
  EXPECT_THAT(refusal(/*values=*/4, {SIZE_MAX, SIZE_MAX}, {{{1, 1}, {0, 0}}}),
              HasSubstr("the study says 4"));
}

TEST(BlockLayout, RefusesABlockOverTheEdge) {
  EXPECT_THAT(refusal(/*values=*/4, {2, 2}, {{{2, 2}, {0, 1}}}),
              HasSubstr("rank 0 starts at 1 with 2 values along axis 1"));
  EXPECT_THAT(refusal(/*values=*/4, {2, 2}, {{{2, SIZE_MAX}, {0, 1}}}),
              HasSubstr("rank 0 starts at 1"));
}

TEST(BlockLayout, RefusesBlocksThatOverlap) {
  EXPECT_THAT(refusal(/*values=*/4, {4}, {{{3}, {0}}, {{2}, {2}}}),
              HasSubstr("value 2 belongs to two ranks' blocks, those of rank 0 and rank 1"));
  EXPECT_THAT(refusal(/*values=*/9, {3, 3}, {{{3, 2}, {0, 0}}, {{1, 3}, {2, 0}}}),
              HasSubstr("value 6 belongs"));
}

TEST(BlockLayout, RefusesBlocksThatLeaveAGap) {
  EXPECT_THAT(refusal(/*values=*/4, {4}, {{{1}, {0}}, {{2}, {2}}}),
              HasSubstr("hold 3 of the 4 values"));
}

}  // namespace
}  // namespace weir::client

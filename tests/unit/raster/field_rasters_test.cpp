#include "src/raster/field_rasters.h"

#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir::plot {
namespace {

using testing::ElementsAre;

TEST(FieldRasters, HaveTheFirstRowOfATableAtTheBottom) {
  const auto rasters = field_rasters({2, 3}, {1, 2, 3, 4, 5, 6}, {1, 2, 3, 4, 5, 8});
  EXPECT_EQ(rasters.truth.rows, 2u);
  EXPECT_EQ(rasters.truth.columns, 3u);
  EXPECT_THAT(rasters.truth.values, ElementsAre(4, 5, 6, 1, 2, 3));
  EXPECT_THAT(rasters.prediction.values, ElementsAre(4, 5, 8, 1, 2, 3));
  EXPECT_THAT(rasters.difference.values, ElementsAre(0, 0, 2, 0, 0, 0));
}

TEST(FieldRasters, ShowTruthAndPredictionInOneRangeAndDifferencesAroundZero) {
  const auto rasters = field_rasters({2}, {1, 7}, {-2, 8});
  EXPECT_EQ(rasters.values, (Range{-2, 8}));
  EXPECT_EQ(rasters.differences, (Range{-3, 3}));
}

TEST(FieldRasters, MakeAStripOfACurve) {
  const std::vector<double> values(16, 1);
  const auto rasters = field_rasters({16}, values, values);
  EXPECT_EQ(rasters.truth.rows, 2u);
  EXPECT_EQ(rasters.truth.columns, 16u);
  EXPECT_EQ(rasters.truth.values.size(), 32u);
  EXPECT_EQ(field_rasters({1}, {1}, {1}).truth.rows, 1u);
}

TEST(FieldRasters, HaveARangeWhateverTheValues) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const auto rasters = field_rasters({1}, {nan}, {nan});
  EXPECT_EQ(rasters.values, Range{});
  EXPECT_EQ(rasters.differences, (Range{-1, 1}));
  const auto equal = field_rasters({2}, {5, 5}, {5, 5});
  EXPECT_LT(equal.values.lower, equal.values.upper);
  EXPECT_LT(equal.differences.lower, equal.differences.upper);
}

}  // namespace
}  // namespace weir::plot

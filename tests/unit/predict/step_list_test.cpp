#include "server/predict/step_list.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "src/core/error.h"

namespace weir {
namespace {

using testing::ElementsAre;

TEST(StepList, TakesNumbersAndRangesWithBothEnds) {
  EXPECT_THAT(parse_steps("7"), ElementsAre(7));
  EXPECT_THAT(parse_steps("9, 0,3:5"), ElementsAre(0, 3, 4, 5, 9));
  EXPECT_THAT(parse_steps("0:10:4,8,8"), ElementsAre(0, 4, 8));
}

TEST(StepList, RefusesEverythingElse) {
  for (const auto* text : {"", "a", "-1", "1.5", "3:1", "1:5:0", "1:2:3:4", "1,,2", ":",
                           "0:9999999", "1:", "18446744073709551615:18446744073709551615"})
    EXPECT_THROW(parse_steps(text), Error) << text;
}

TEST(StepList, TakesTimesThatAscend) {
  EXPECT_THAT(parse_times("-1, 0.5,1e1"), ElementsAre(-1, 0.5, 10));
  for (const auto* text : {"", "x", "1,1", "2,1", "inf", "nan"})
    EXPECT_THROW(parse_times(text), Error) << text;
}

}  // namespace
}  // namespace weir

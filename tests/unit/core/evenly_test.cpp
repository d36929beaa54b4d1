#include "src/core/evenly.h"

#include <memory>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(Evenly, TakesAllOfFew) {
  EXPECT_THAT(evenly(3, 5), ElementsAre(0, 1, 2));
  EXPECT_THAT(evenly(0, 5), IsEmpty());
  EXPECT_THAT(evenly(5, 0), IsEmpty());
}

TEST(Evenly, BeginsWithTheFirstAndKeepsItsDistance) {
  EXPECT_THAT(evenly(10, 5), ElementsAre(0, 2, 4, 6, 8));
  EXPECT_THAT(evenly(7, 3), ElementsAre(0, 2, 4));
  EXPECT_THAT(evenly(8, 5), ElementsAre(0, 1, 3, 4, 6));
}

TEST(SomeOf, AreTheThingsAtThosePlaces) {
  EXPECT_THAT(some_of(std::vector<int>{1, 2, 3}, 3), ElementsAre(1, 2, 3));
  EXPECT_THAT(some_of(std::vector<int>{1, 2, 3, 4, 5, 6}, 3), ElementsAre(1, 3, 5));
}

TEST(SomeOf, MovesWhatCannotBeCopied) {
  std::vector<std::unique_ptr<int>> all;
  for (int k = 0; k < 4; ++k) all.push_back(std::make_unique<int>(k));
  const auto some = some_of(std::move(all), 2);
  ASSERT_EQ(some.size(), 2u);
  EXPECT_EQ(*some[0], 0);
  EXPECT_EQ(*some[1], 2);
}

}  // namespace
}  // namespace weir

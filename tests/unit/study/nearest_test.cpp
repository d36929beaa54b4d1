#include "src/study/nearest.h"

#include <gtest/gtest.h>

namespace weir {
namespace {

TEST(NearestTest, CountsEdits) {
  EXPECT_EQ(edit_distance("", "abc"), 3u);
  EXPECT_EQ(edit_distance("batch", "batch"), 0u);
  EXPECT_EQ(edit_distance("batches", "batch"), 2u);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3u);
}

TEST(NearestTest, ASwapOfNeighboursIsOneEdit) { EXPECT_EQ(edit_distance("btach", "batch"), 1u); }

TEST(NearestTest, SuggestsTheWordWithTheFewestEdits) {
  EXPECT_EQ(nearest("epoch", {"batch", "epochs", "model"}), "epochs");
}

TEST(NearestTest, SuggestsNothingThatIsFarAway) {
  EXPECT_EQ(nearest("lr", {"learning_rate", "kind"}), std::nullopt);
  EXPECT_EQ(nearest("batch", {}), std::nullopt);
  EXPECT_EQ(nearest(std::string(1'000'000, 'x'), {"batch"}), std::nullopt);
}

TEST(NearestTest, ListsTheAlternativesWhenNothingIsNear) {
  EXPECT_EQ(suggestion("zzz", {"one", "two", "three"}), R"(; it may be "one", "two" or "three")");
  EXPECT_EQ(suggestion("tow", {"one", "two", "three"}), R"(; did you mean "two"?)");
}

}  // namespace
}  // namespace weir

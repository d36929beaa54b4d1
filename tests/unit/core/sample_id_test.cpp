#include "src/core/sample_id.h"

#include <gtest/gtest.h>

namespace weir {
namespace {

TEST(SampleIdTest, ConsecutiveStepsGoRoundTheRanksAndSimulationsStartOnDifferentOnes) {
  EXPECT_EQ(rank_of({.sim = 0, .step = 0}, /*ranks=*/3), 0u);
  EXPECT_EQ(rank_of({.sim = 0, .step = 1}, /*ranks=*/3), 1u);
  EXPECT_EQ(rank_of({.sim = 1, .step = 0}, /*ranks=*/3), 1u);
  EXPECT_EQ(rank_of({.sim = 2, .step = 1}, /*ranks=*/3), 0u);
}

TEST(SampleIdTest, AllStepsOfASimulationGoToOneRankWhenTheyAreToMeet) {
  for (std::uint64_t step = 0; step < 5; ++step) {
    EXPECT_EQ(rank_of({4, step}, /*ranks=*/3, Routing::by_simulation), 1u);
    EXPECT_EQ(rank_of({5, step}, /*ranks=*/3, Routing::by_simulation), 2u);
  }
}

TEST(SampleIdTest, StepsOnARankAreThoseThatGoThere) {
  for (const auto routing : {Routing::by_step, Routing::by_simulation})
    for (std::size_t ranks = 1; ranks <= 4; ++ranks) {
      for (std::uint64_t sim = 0; sim < 5; ++sim) {
        for (std::size_t steps = 0; steps < 9; ++steps) {
          for (std::size_t rank = 0; rank < ranks; ++rank) {
            std::size_t counted = 0;
            for (std::uint64_t step = 0; step < steps; ++step)
              counted += rank_of({sim, step}, ranks, routing) == rank;
            EXPECT_EQ(steps_on_rank(sim, steps, rank, ranks, routing), counted)
                << "sim " << sim << ", steps " << steps << ", rank " << rank << " of " << ranks;
          }
        }
      }
    }
}

}  // namespace
}  // namespace weir

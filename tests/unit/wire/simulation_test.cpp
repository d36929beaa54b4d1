// Whole studies over a network with faults, with processes that die, for many seeds: every sample
// is accepted exactly once, memory keeps within its bounds, and everything ends.

#include <cstdio>
#include <cstdlib>
#include <vector>

#include <gtest/gtest.h>

#include "tests/unit/wire/simulated_study.h"

namespace weir::wire::test {
namespace {

constexpr const char* seed_variable = "WEIR_TEST_SEED";

/// A single seed, by the environment, for looking into a failure.
std::vector<std::uint64_t> seeds() {
  if (const char* seed = std::getenv(seed_variable)) return {std::strtoull(seed, nullptr, 10)};
  std::vector<std::uint64_t> all(std::getenv("WEIR_NIGHTLY") != nullptr ? 10000 : 500);
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = i + 1;
  return all;
}

void print(const Troubles& t, std::size_t seeds) {
  std::printf(
      "%zu seeds: %zu samples, %zu lost, %zu accepted twice; %zu attempts, %zu server restarts "
      "(%zu samples rolled back), %zu clients lacking, %zu fenced, %zu silent, %zu sessions "
      "reopened, %zu chunks repeated, %zu attempts in parts, %zu of which lost one\n",
      seeds, t.samples, t.lost, t.twice, t.attempts, t.restarts, t.rolled_back, t.lacking, t.fenced,
      t.silent, t.reopened, t.repeated, t.parts, t.widowed);
}

TEST(Simulation, LosesNothingAndCountsNothingTwiceWhateverDies) {
  Troubles all;
  const auto wanted = seeds();
  for (const std::uint64_t seed : wanted) {
    SCOPED_TRACE("replay with " + std::string(seed_variable) + "=" + std::to_string(seed));
    SimulatedStudy study(seed);
    EXPECT_TRUE(study.run()) << "it hangs";
    const Troubles troubles = study.check();
    EXPECT_EQ(troubles.lost, 0u);
    EXPECT_EQ(troubles.twice, 0u);
    ASSERT_FALSE(HasFailure());
    all += troubles;
  }
  print(all, wanted.size());
  if (std::getenv(seed_variable) != nullptr) return;
  EXPECT_GT(all.restarts, 100u);
  EXPECT_GT(all.rolled_back, 100u);
  EXPECT_GT(all.lacking, 20u);
  EXPECT_GT(all.fenced, 20u);
  EXPECT_GT(all.silent, 20u);
  EXPECT_GT(all.reopened, 100u);
  EXPECT_GT(all.repeated, 100u);
  EXPECT_GT(all.kept, 100u);
  EXPECT_GT(all.parts, 500u);
  EXPECT_GT(all.widowed, 50u);
}

TEST(Simulation, TheSameSeedGivesTheSameRun) {
  for (const std::uint64_t seed : {7, 8, 9}) {
    SimulatedStudy first(seed), second(seed);
    EXPECT_TRUE(first.run() && second.run());
    EXPECT_EQ(first.check(), second.check());
  }
}

}  // namespace
}  // namespace weir::wire::test

// Simulations that are drawn where the loss is high make the surrogate better where it was worst.

#include "tests/integration/adaptive/hard_region.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include <gtest/gtest.h>

namespace weir {
namespace {

using namespace test;

constexpr std::size_t simulations = 300;

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

/// A row a seed, for docs/performance.md.
void print(std::uint64_t seed, const char* sampling, const SurrogateError& error) {
  std::printf("%4llu %-8s mean %.4f  p99 %.4f  redrawn %zu  in the hard region %.1f %%\n",
              static_cast<unsigned long long>(seed), sampling, error.mean, error.percentile99,
              error.redrawn, 100 * error.hard_share);
}

TEST(AdaptiveSamplingOfAHardRegion, LowersThe99thPercentileOfTheError) {
  const std::uint64_t seeds = std::getenv("WEIR_NIGHTLY") != nullptr ? 20 : 5;
  std::vector<double> uniform_mean, uniform99, adaptive_mean, adaptive99;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    const auto uniform = train_on_hard_problem(hard_study(seed, Refinement::none, simulations));
    const auto adaptive = train_on_hard_problem(hard_study(seed, Refinement::loss, simulations));
    print(seed, "uniform", uniform);
    print(seed, "adaptive", adaptive);
    uniform_mean.push_back(uniform.mean), uniform99.push_back(uniform.percentile99);
    adaptive_mean.push_back(adaptive.mean), adaptive99.push_back(adaptive.percentile99);
  }
  std::printf("median of %llu seeds: mean %.4f → %.4f, 99th percentile %.4f → %.4f\n",
              static_cast<unsigned long long>(seeds), median(uniform_mean), median(adaptive_mean),
              median(uniform99), median(adaptive99));
  EXPECT_LT(median(adaptive99), 0.8 * median(uniform99));
  EXPECT_LT(median(adaptive_mean), 1.5 * median(uniform_mean));
}

}  // namespace
}  // namespace weir

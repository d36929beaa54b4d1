#include "tests/bench/gpu_watch.h"

#include <gtest/gtest.h>

namespace weir::bench {
namespace {

TEST(GpuWatch, CountsFromTheFirstKernelToTheLast) {
  EXPECT_NEAR(*idle_share("0\n0\n100\n50\n0\n90\n0\n"), 0.4, 1e-12);
  EXPECT_NEAR(*idle_share("100\n"), 0, 1e-12);
}

TEST(GpuWatch, KnowsNothingWhereNoKernelRan) {
  EXPECT_FALSE(idle_share(""));
  EXPECT_FALSE(idle_share("0\n0\n"));
  EXPECT_FALSE(idle_share("[N/A]\n"));
}

}  // namespace
}  // namespace weir::bench

// Numbers that are too small to be normal are zero to LibTorch, on every thread that computes.

#include "server/tensors/torch_setup.h"

#include <cfenv>
#include <limits>
#include <thread>

#include <gtest/gtest.h>

namespace weir {
namespace {

/// Half of the least normal number, as the processor computes it now.
float half_of_the_least() {
  volatile float least = std::numeric_limits<float>::min();
  volatile float half = least / 2;
  return half;
}

class TorchSetup : public testing::Test {
 protected:
  TorchSetup() { std::fesetenv(FE_DFL_ENV); }
  ~TorchSetup() override { std::fesetenv(FE_DFL_ENV); }
};

TEST_F(TorchSetup, MakesSmallNumbersZeroOnThisThreadAndThoseThatItStarts) {
  ASSERT_NE(half_of_the_least(), 0) << "else the test shows nothing";
  set_up_torch(/*threads=*/1);
  EXPECT_EQ(half_of_the_least(), 0);
  float elsewhere = 1;
  std::thread([&] { elsewhere = half_of_the_least(); }).join();
  EXPECT_EQ(elsewhere, 0);
}

}  // namespace
}  // namespace weir

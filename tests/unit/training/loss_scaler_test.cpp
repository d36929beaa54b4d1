#include "server/training/loss_scaler.h"

#include <gtest/gtest.h>

namespace weir {
namespace {

TEST(LossScaler, HalvesAfterAnOverflowAndDoublesAfterManyGoodSteps) {
  LossScaler scaler;
  EXPECT_EQ(scaler.scale(), 65536);
  scaler.stepped(/*finite=*/false);
  EXPECT_EQ(scaler.scale(), 32768);
  for (std::size_t k = 1; k < LossScaler::growth_interval; ++k) scaler.stepped(true);
  EXPECT_EQ(scaler.scale(), 32768);
  scaler.stepped(true);
  EXPECT_EQ(scaler.scale(), 65536);
}

TEST(LossScaler, AnOverflowStartsTheCountOfGoodStepsAnew) {
  LossScaler scaler;
  for (std::size_t k = 1; k < LossScaler::growth_interval; ++k) scaler.stepped(true);
  scaler.stepped(false);
  scaler.stepped(true);
  EXPECT_EQ(scaler.state(), (LossScale{32768, /*good_steps=*/1}));
}

TEST(LossScaler, StaysBetweenItsBounds) {
  LossScaler scaler;
  for (int k = 0; k < 100; ++k) scaler.stepped(false);
  EXPECT_EQ(scaler.scale(), LossScaler::least);
  scaler.restore({LossScaler::most, LossScaler::growth_interval - 1});
  scaler.stepped(true);
  EXPECT_EQ(scaler.scale(), LossScaler::most);
}

}  // namespace
}  // namespace weir

// Learning rates by numbers.

#include "server/training/schedule.h"

#include <cmath>

#include <gtest/gtest.h>

namespace weir {
namespace {

Schedule make(ScheduleKind kind, double minimum = 0) {
  return Schedule({.kind = kind, .every = 1000, .factor = 0.5, .patience = 2, .minimum = minimum},
                  /*initial=*/0.8);
}

TEST(Schedule, ConstantNeverChanges) {
  const auto schedule = make(ScheduleKind::constant, /*minimum=*/0.9);
  EXPECT_DOUBLE_EQ(schedule.rate(0), 0.8);
  EXPECT_DOUBLE_EQ(schedule.rate(1'000'000), 0.8);
}

TEST(Schedule, StepHalvesAtEachMultipleAndStopsAtTheMinimum) {
  const auto schedule = make(ScheduleKind::step, /*minimum=*/0.25);
  EXPECT_DOUBLE_EQ(schedule.rate(999), 0.8);
  EXPECT_DOUBLE_EQ(schedule.rate(1000), 0.4);
  EXPECT_DOUBLE_EQ(schedule.rate(1999), 0.4);
  EXPECT_DOUBLE_EQ(schedule.rate(2000), 0.25);
  EXPECT_DOUBLE_EQ(schedule.rate(50'000), 0.25);
}

TEST(Schedule, ExponentialDecaysBetweenMultiplesToo) {
  const auto schedule = make(ScheduleKind::exponential);
  EXPECT_DOUBLE_EQ(schedule.rate(0), 0.8);
  EXPECT_DOUBLE_EQ(schedule.rate(500), 0.8 * std::sqrt(0.5));
  EXPECT_DOUBLE_EQ(schedule.rate(3000), 0.1);
}

TEST(Schedule, CosineFallsToTheMinimumInOneHalfPeriodAndStaysThere) {
  const auto schedule = make(ScheduleKind::cosine, /*minimum=*/0.2);
  EXPECT_DOUBLE_EQ(schedule.rate(0), 0.8);
  EXPECT_DOUBLE_EQ(schedule.rate(500), 0.5);
  EXPECT_DOUBLE_EQ(schedule.rate(1000), 0.2);
  EXPECT_DOUBLE_EQ(schedule.rate(1500), 0.2);
}

TEST(Schedule, PlateauReducesAfterPatienceValidationsWithoutABetterLoss) {
  auto schedule = make(ScheduleKind::plateau);
  for (const double loss : {5.0, 4.0, 4.0}) schedule.validated(loss);
  EXPECT_DOUBLE_EQ(schedule.rate(0), 0.8);
  schedule.validated(4.5);
  EXPECT_DOUBLE_EQ(schedule.rate(0), 0.4);
  schedule.validated(3.0);
  schedule.validated(std::nan(""));
  EXPECT_DOUBLE_EQ(schedule.rate(0), 0.4);
  schedule.validated(3.5);
  EXPECT_DOUBLE_EQ(schedule.rate(0), 0.2);
}

}  // namespace
}  // namespace weir

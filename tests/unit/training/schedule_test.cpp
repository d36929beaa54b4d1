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

TEST(Schedule, WarmsUpWithTheSamplesTheStepsOwnIncluded) {
  Schedule schedule({.kind = ScheduleKind::step, .every = 150, .factor = 0.5, .warm_up = 200},
                    /*initial=*/0.8);
  EXPECT_DOUBLE_EQ(schedule.rate(0, /*own=*/10), 0.8 * 10 / 200);
  EXPECT_DOUBLE_EQ(schedule.rate(90, 10), 0.4);
  EXPECT_DOUBLE_EQ(schedule.rate(150, 10), 0.4 * 160 / 200) << "it falls meanwhile as without";
  EXPECT_DOUBLE_EQ(schedule.rate(190, 10), 0.4);
  EXPECT_DOUBLE_EQ(schedule.rate(300, 10), 0.2);
}

TEST(Schedule, WarmsUpFromBelowTheMinimum) {
  const Schedule schedule({.kind = ScheduleKind::cosine, .warm_up = 100, .minimum = 0.5}, 0.8);
  EXPECT_LT(schedule.rate(0, /*own=*/1), 0.01);
}

TEST(Schedule, BeginsAtARateThatGrowsWithTheRanksAsTheStudySays) {
  TrainingSettings training;
  training.optimizer.learning_rate = 0.1;
  EXPECT_DOUBLE_EQ(initial_rate(training, /*ranks=*/4), 0.1);
  training.schedule.ranks = RankScaling::linear;
  EXPECT_DOUBLE_EQ(initial_rate(training, 4), 0.4);
  training.schedule.ranks = RankScaling::square_root;
  EXPECT_DOUBLE_EQ(initial_rate(training, 4), 0.2);
  EXPECT_DOUBLE_EQ(initial_rate(training, 1), 0.1);
}

}  // namespace
}  // namespace weir

#include "server/training/stop_rule.h"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

namespace weir {
namespace {

/// As the trainer tells of it.
void validate(double loss, TrainingResult& result, Patience& patience) {
  patience.validated(loss, result);
  result.best_validation_loss = std::fmin(result.best_validation_loss.value_or(loss), loss);
  result.validation = ValidationResult{loss, 0, 0, {}};
}

TEST(Patience, CountsValidationsInARowThatAreNoBetter) {
  TrainingResult result;
  Patience patience;
  for (const double loss : {5.0, 4.0, 4.0, 6.0}) validate(loss, result, patience);
  EXPECT_EQ(patience.without_better, 2u);
  validate(3, result, patience);
  EXPECT_EQ(patience.without_better, 0u);
  validate(std::numeric_limits<double>::quiet_NaN(), result, patience);
  EXPECT_EQ(patience.without_better, 1u);
}

TEST(Patience, TakesTheFirstLossThatIsANumberForBetterThanNaN) {
  TrainingResult result;
  Patience patience;
  const double none = std::numeric_limits<double>::quiet_NaN();
  for (const double loss : {none, none}) validate(loss, result, patience);
  EXPECT_EQ(patience.without_better, 2u);
  validate(5, result, patience);
  EXPECT_EQ(patience.without_better, 0u);
  validate(5, result, patience);
  EXPECT_EQ(patience.without_better, 1u);
}

TEST(StopRule, NamesTheLimitThatIsReached) {
  TrainingResult result;
  result.batches = 40;
  Patience patience;
  for (const double loss : {0.5, 0.75, 0.625}) validate(loss, result, patience);
  StopSettings stop;
  const auto reached = [&](bool validated) {
    return reached_limit(stop, result, validated, patience);
  };
  stop.batches = 41;
  EXPECT_EQ(reached(/*validated=*/true), "");
  stop.batches = 40;
  EXPECT_EQ(reached(true), "it trained on 40 batches (training.stop.batches)");
  stop = {};
  stop.validation_loss = 0.7;
  EXPECT_EQ(reached(true), "the validation loss reached 0.625 (training.stop.validation_loss)");
  EXPECT_EQ(reached(/*validated=*/false), "");
  stop = {};
  stop.patience = 2;
  EXPECT_EQ(reached(true),
            "2 validations brought no better loss than 0.5 (training.stop.patience)");
  EXPECT_EQ(reached(false), "");
  stop.patience = 3;
  EXPECT_EQ(reached(true), "");
}

}  // namespace
}  // namespace weir

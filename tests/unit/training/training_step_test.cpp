// One step by itself.

#include "server/training/training_step.h"

#include <gtest/gtest.h>

#include "tests/unit/training/scripted_training.h"

namespace weir {
namespace {

class TrainingStepTest : public testing::Test {
 protected:
  TrainingStepTest() {
    study_.training.accumulate = 3;
    model_ = make_model(plan_model(study_.training.model, model_shape(study_)), Random(1));
    loss_ = make_loss(study_);
    step_ = std::make_unique<TrainingStep>(study_, normalisation_, *collective_, model_, *loss_);
  }

  double run(std::size_t samples) { return run(samples, source_); }
  double run(std::size_t samples, SampleSource& source) {
    Agreed agreed;
    agreed.step = true;
    agreed.draw = agreed.total = samples;
    return step_->run(agreed, source, /*learning_rate=*/0);
  }

  Study study_ = test::miniature_study(/*batch=*/4);
  const Normalisation normalisation_ = make_normalisation(study_);
  std::unique_ptr<Collective> collective_ = make_single_collective();
  test::ScriptedSource source_{study_, test::scripted_ids(study_, 100)};
  std::shared_ptr<Model> model_;
  std::unique_ptr<Loss> loss_;
  std::unique_ptr<TrainingStep> step_;
};

TEST_F(TrainingStepTest, TellsTheLossOfEachSampleItDrew) {
  const double loss = run(/*samples=*/10);
  ASSERT_EQ(step_->drawn().size(), 10u);
  ASSERT_EQ(step_->drawn_losses().size(), 10u);
  double sum = 0;
  for (const float each : step_->drawn_losses()) sum += each;
  EXPECT_NEAR(sum / 10, loss, 1e-6);
  EXPECT_NE(step_->drawn_losses()[0], step_->drawn_losses()[9]);
}

/// With a rate of 0 nothing is learnt, so a sample that is drawn again has the same loss.
TEST_F(TrainingStepTest, TellsLossesInTheOrderOfTheirSamples) {
  test::ScriptedSource source(study_, {{1, 2}, {3, 4}, {5, 6}, {5, 6}, {7, 8}, {1, 2}});
  run(/*samples=*/6, source);
  const auto& losses = step_->drawn_losses();
  EXPECT_FLOAT_EQ(losses[0], losses[5]);
  EXPECT_FLOAT_EQ(losses[2], losses[3]);
  EXPECT_NE(losses[0], losses[1]);
}

TEST_F(TrainingStepTest, ForgetsThemWhenItDrawsNothing) {
  run(/*samples=*/4);
  Agreed elsewhere;
  elsewhere.step = true;
  elsewhere.total = 5;
  step_->run(elsewhere, source_, /*learning_rate=*/0);
  EXPECT_TRUE(step_->drawn().empty());
  EXPECT_TRUE(step_->drawn_losses().empty());
}

}  // namespace
}  // namespace weir

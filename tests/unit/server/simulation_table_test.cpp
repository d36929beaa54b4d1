#include "server/control/simulation_table.h"

#include <gmock/gmock.h>

namespace weir {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

/// Has parameters for the first `limit` simulations.
class LimitedDesign final : public Design {
 public:
  explicit LimitedDesign(std::uint64_t limit) : limit_(limit) {}
  std::optional<std::vector<double>> parameters(std::uint64_t sim) const override {
    if (sim >= limit_) return std::nullopt;
    return std::vector<double>{static_cast<double>(sim)};
  }

 private:
  std::uint64_t limit_;
};

Study study_of(std::size_t count, std::size_t restarts,
               Exhausted when_exhausted = Exhausted::drop) {
  Study study;
  study.simulation.count = count;
  study.simulation.restarts = restarts;
  study.simulation.when_exhausted = when_exhausted;
  return study;
}

/// The job of an attempt fails, and the rounds that decide it pass.
void fail(SimulationTable& table, Attempt attempt) {
  table.ended(attempt, /*success=*/false, "exit code 1");
  table.round();
  table.round();
}

TEST(SimulationTable, AsksForSimulationsInOrderOnce) {
  const Study study = study_of(/*count=*/2, /*restarts=*/0);
  const LimitedDesign design(2);
  SimulationTable table(study, design, /*ranks=*/1);
  EXPECT_EQ(table.next(), (Attempt{0, 0}));
  EXPECT_EQ(table.next(), (Attempt{1, 0}));
  EXPECT_EQ(table.next(), std::nullopt);
  EXPECT_THAT(table.outstanding(), ElementsAre(Attempt{0, 0}, Attempt{1, 0}));
}

TEST(SimulationTable, IsOverOnlyWhenEveryRankHasEverySimulation) {
  const Study study = study_of(2, 0);
  const LimitedDesign design(2);
  SimulationTable table(study, design, /*ranks=*/2);
  table.completed(0, 0);
  table.completed(0, 1);
  table.completed(1, 0);
  EXPECT_FALSE(table.over());
  EXPECT_EQ(table.counts().finished, 1u);
  table.completed(1, 1);
  EXPECT_TRUE(table.over());
  EXPECT_EQ(table.counts().finished, 2u);
}

TEST(SimulationTable, TakesTheSameReportTwiceWithoutCountingItTwice) {
  const Study study = study_of(1, /*restarts=*/1);
  const LimitedDesign design(1);
  SimulationTable table(study, design, 1);
  table.next();
  table.ended({0, 0}, false, "exit code 1");
  fail(table, {0, 0});
  EXPECT_EQ(table.next(), (Attempt{0, 1}));
  table.ended({0, 0}, false, "exit code 1");  // the old attempt's report again
  table.round();
  table.round();
  EXPECT_EQ(table.counts().restarted, 1u);
  EXPECT_EQ(table.counts().failed, 0u);
  table.completed(0, 0);
  table.completed(0, 0);
  EXPECT_EQ(table.counts().finished, 1u);
}

TEST(SimulationTable, WaitsTwoRoundsForTheStepsOfAJobThatHasEnded) {
  const Study study = study_of(1, 0);
  const LimitedDesign design(1);
  SimulationTable table(study, design, 1);
  table.next();
  table.ended({0, 0}, true, "");
  table.round();
  EXPECT_FALSE(table.over());
  table.completed(0, 0);
  table.round();
  table.round();
  EXPECT_EQ(table.counts().finished, 1u);
  EXPECT_EQ(table.counts().failed, 0u);
}

TEST(SimulationTable, CountsAJobThatEndsWithoutItsStepsAsFailedThoughItExitedWithZero) {
  const Study study = study_of(1, 0);
  const LimitedDesign design(1);
  SimulationTable table(study, design, 1);
  table.next();
  table.ended({0, 0}, true, "");
  table.round();
  table.round();
  EXPECT_TRUE(table.over());
  EXPECT_EQ(table.counts().failed, 1u);
  EXPECT_THAT(table.take_notices(), ElementsAre(HasSubstr("without sending all its steps")));
}

TEST(SimulationTable, RestartsUpToTheLimitThenDrops) {
  const Study study = study_of(1, /*restarts=*/2, Exhausted::drop);
  const LimitedDesign design(1);
  SimulationTable table(study, design, 1);
  for (std::uint64_t attempt = 0; attempt <= 2; ++attempt) {
    ASSERT_EQ(table.next(), (Attempt{0, attempt}));
    fail(table, {0, attempt});
  }
  EXPECT_TRUE(table.over());
  EXPECT_EQ(table.counts().restarted, 2u);
  EXPECT_EQ(table.counts().failed, 1u);
  EXPECT_EQ(table.counts().expected, 1u);
}

TEST(SimulationTable, RestartsASimulationThatIsNotToBlameAsOftenAsItTakes) {
  const Study study = study_of(1, /*restarts=*/0, Exhausted::drop);
  const LimitedDesign design(1);
  SimulationTable table(study, design, 1);
  for (std::uint64_t attempt = 0; attempt < 5; ++attempt) {
    ASSERT_EQ(table.next(), (Attempt{0, attempt}));
    table.ended({0, attempt}, /*success=*/false, "node failure", /*blameless=*/true);
    table.round();
    table.round();
  }
  EXPECT_FALSE(table.over());
  EXPECT_EQ(table.counts().failed, 0u);
}

TEST(SimulationTable, ReplacesAFailedSimulationByTheNextDraw) {
  const Study study = study_of(2, /*restarts=*/0, Exhausted::replace);
  const LimitedDesign design(3);
  SimulationTable table(study, design, 1);
  table.next();
  fail(table, {0, 0});
  EXPECT_EQ(table.next(), (Attempt{1, 0}));
  EXPECT_EQ(table.next(), (Attempt{2, 0}));
  EXPECT_EQ(table.counts().expected, 3u);
}

TEST(SimulationTable, EndsWhenTheDesignHasNoFurtherDraw) {
  const Study study = study_of(1, 0, Exhausted::replace);
  const LimitedDesign design(1);
  SimulationTable table(study, design, 1);
  table.next();
  fail(table, {0, 0});
  EXPECT_TRUE(table.over());
}

TEST(SimulationTable, EndsWhenEveryReplacementFailsToo) {
  const Study study = study_of(/*count=*/3, 0, Exhausted::replace);
  const LimitedDesign design(1000);
  SimulationTable table(study, design, 1);
  std::size_t started = 0;
  while (const auto attempt = table.next()) {
    ++started;
    fail(table, *attempt);
  }
  EXPECT_TRUE(table.over());
  EXPECT_EQ(started, 6u);
  EXPECT_EQ(table.counts().failed, 6u);
}

TEST(SimulationTable, DoesNotRestartASimulationThatWasRefused) {
  const Study study = study_of(1, /*restarts=*/5);
  const LimitedDesign design(1);
  SimulationTable table(study, design, 1);
  table.next();
  table.refused(0);
  fail(table, {0, 0});
  EXPECT_TRUE(table.over());
  EXPECT_EQ(table.counts().failed, 1u);
  EXPECT_EQ(table.counts().restarted, 0u);
}

TEST(SimulationTable, FinishesASimulationWhoseClientsWereStartedByHand) {
  const Study study = study_of(1, 0);
  const LimitedDesign design(1);
  SimulationTable table(study, design, 1);
  table.completed(0, 0);
  EXPECT_TRUE(table.over());
  EXPECT_EQ(table.next(), std::nullopt);
}

}  // namespace
}  // namespace weir

// What the table of simulations makes of a restored server and of a launcher that knows more.
#include <gmock/gmock.h>

#include "server/control/simulation_table.h"

namespace weir {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class AnyDesign final : public Design {
 public:
  std::optional<std::vector<double>> parameters(std::uint64_t) const override {
    return std::vector<double>{1};
  }
};

class RecoveryTable : public testing::Test {
 protected:
  RecoveryTable() { make(/*count=*/2, /*restarts=*/1); }
  void make(std::size_t count, std::size_t restarts, Exhausted exhausted = Exhausted::drop) {
    study_.simulation.count = count;
    study_.simulation.restarts = restarts;
    study_.simulation.when_exhausted = exhausted;
    table_.emplace(study_, design_, /*ranks=*/1);
  }
  /// As a new server does with what the former one saved.
  void restart() {
    const TableState saved = table_->save();
    table_.emplace(study_, design_, 1);
    table_->restore(saved);
  }
  void fail(Attempt attempt) {
    table_->ended(attempt, /*success=*/false, "exit code 1");
    table_->round();
    table_->round();
  }

  Study study_;
  AnyDesign design_;
  std::optional<SimulationTable> table_;
};

TEST_F(RecoveryTable, RunsWhatIsNotCompleteAgainAndNothingElse) {
  table_->next(), table_->next();
  table_->completed(/*sim=*/0, /*rank=*/0);
  restart();
  table_->completed(0, 0);  // the restored ledger says so
  EXPECT_EQ(table_->next(), (Attempt{1, 0}));
  EXPECT_EQ(table_->next(), std::nullopt);
}

TEST_F(RecoveryTable, RunsAFinishedSimulationAgainWhoseStepsTheCutLacks) {
  table_->next();
  table_->completed(0, 0);
  restart();
  EXPECT_EQ(table_->next(), (Attempt{0, 0}));
  EXPECT_EQ(table_->counts().finished, 0u);
}

TEST_F(RecoveryTable, KeepsAttemptsFailuresAndWhatWasGivenUp) {
  make(/*count=*/2, /*restarts=*/1);
  table_->next(), table_->next();
  fail({0, 0});
  fail({1, 0});
  table_->next();
  fail({0, 1});
  EXPECT_EQ(table_->counts().failed, 1u);
  restart();
  EXPECT_EQ(table_->counts().failed, 1u);
  EXPECT_EQ(table_->counts().restarted, 2u);
  EXPECT_EQ(table_->next(), (Attempt{1, 1}));
  EXPECT_THAT(table_->take_fences(), ElementsAre(Attempt{0, no_attempt}, Attempt{1, 1}));
  fail({1, 1});
  EXPECT_TRUE(table_->over()) << "its one restart was used before the server was restarted";
}

TEST_F(RecoveryTable, FencesAllAttemptsOfWhatIsGivenUp) {
  make(/*count=*/1, /*restarts=*/0);
  table_->next();
  fail({0, 0});
  EXPECT_THAT(table_->take_fences(), ElementsAre(Attempt{0, no_attempt}));
}

TEST_F(RecoveryTable, DrawsNoReplacementTwice) {
  make(/*count=*/1, /*restarts=*/0, Exhausted::replace);
  table_->next();
  fail({0, 0});
  restart();
  EXPECT_EQ(table_->counts().expected, 2u);
  EXPECT_EQ(table_->next(), (Attempt{1, 0}));
  EXPECT_EQ(table_->next(), std::nullopt);
}

TEST_F(RecoveryTable, AdoptsAJobThatLivesInsteadOfStartingItTwice) {
  restart();
  table_->adopt({0, 0}, /*alive=*/true);
  EXPECT_EQ(table_->next(), (Attempt{1, 0}));
  EXPECT_THAT(table_->outstanding(), ElementsAre(Attempt{0, 0}, Attempt{1, 0}));
}

TEST_F(RecoveryTable, AdoptsALaterAttemptThanItsCutKnowsAndFencesTheEarlier) {
  restart();
  table_->adopt({0, 3}, /*alive=*/true);
  EXPECT_THAT(table_->take_fences(), ElementsAre(Attempt{0, 3}));
  EXPECT_EQ(table_->next(), (Attempt{1, 0}));
  EXPECT_THAT(table_->outstanding(), ElementsAre(Attempt{0, 3}, Attempt{1, 0}));
}

TEST_F(RecoveryTable, AsksForNoAttemptThatWasEverSubmitted) {
  restart();
  table_->adopt({0, 2}, /*alive=*/false);
  EXPECT_EQ(table_->next(), (Attempt{0, 3}));
}

TEST_F(RecoveryTable, DoesNotCountAsAFailureWhatTheServersDeathHasEnded) {
  make(/*count=*/1, /*restarts=*/0);
  restart();
  table_->adopt({0, 0}, /*alive=*/false);
  EXPECT_EQ(table_->next(), (Attempt{0, 1}));
  EXPECT_EQ(table_->counts().failed, 0u);
}

TEST_F(RecoveryTable, LearnsFromALauncherThatAJobHasEndedMeanwhile) {
  table_->next();
  table_->adopt({0, 0}, /*alive=*/false);
  table_->round(), table_->round();
  EXPECT_EQ(table_->next(), (Attempt{0, 1}));
}

TEST_F(RecoveryTable, KeepsTheAttemptOfAReplacementThatItHasNotDrawnYet) {
  make(/*count=*/1, /*restarts=*/0, Exhausted::replace);
  table_->adopt({1, 4}, /*alive=*/false);
  table_->next();
  fail({0, 0});
  EXPECT_EQ(table_->next(), (Attempt{1, 5}));
}

TEST_F(RecoveryTable, StartsALaterAttemptOfWhatIsBroken) {
  table_->next();
  table_->broken({0, 0}, /*blameless=*/false, "it hangs");
  EXPECT_THAT(table_->outstanding(), IsEmpty());
  EXPECT_THAT(table_->take_fences(), ElementsAre(Attempt{0, 1}));
  EXPECT_EQ(table_->next(), (Attempt{0, 1}));
  EXPECT_THAT(table_->take_notices(), ElementsAre(HasSubstr("it hangs")));
}

TEST_F(RecoveryTable, CountsABlamelessRestartAgainstNoLimit) {
  make(/*count=*/1, /*restarts=*/0);
  for (std::uint64_t attempt = 0; attempt < 5; ++attempt) {
    ASSERT_EQ(table_->next(), (Attempt{0, attempt}));
    table_->broken({0, attempt}, /*blameless=*/true, "lacking");
  }
  EXPECT_EQ(table_->counts().failed, 0u);
  EXPECT_EQ(table_->counts().restarted, 5u);
}

TEST_F(RecoveryTable, TakesNoReportOfAFencedAttempt) {
  table_->next();
  table_->broken({0, 0}, false, "it hangs");
  table_->next();
  table_->broken({0, 0}, false, "it hangs");
  fail({0, 0});
  EXPECT_EQ(table_->counts().restarted, 1u);
  EXPECT_EQ(table_->counts().failed, 0u);
}

TEST_F(RecoveryTable, TakesNoEndOfAnAttemptThatALaterOneHasReplaced) {
  table_->adopt({0, 0}, /*alive=*/true);
  table_->adopt({0, 1}, /*alive=*/true);
  fail({0, 0});
  EXPECT_EQ(table_->counts().failed, 0u);
  EXPECT_EQ(table_->next(), (Attempt{1, 0})) << "attempt 1 of simulation 0 runs on";
}

}  // namespace
}  // namespace weir

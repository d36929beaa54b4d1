#include "server/summary.h"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "server/verdict.h"
#include "src/core/file_system.h"
#include "tests/support/temporary_folder.h"

namespace weir {
namespace {

using testing::HasSubstr;

Summary trained_summary() {
  Summary summary;
  summary.simulations = {/*expected=*/4, /*finished=*/3, /*failed=*/1, /*restarted=*/2};
  summary.samples = {/*expected=*/40, /*unique=*/35, /*duplicate=*/6,
                     /*dropped=*/1,   /*lost=*/0,    /*trained=*/70};
  summary.training.batches = 7;
  summary.training.samples = 70;
  summary.training.seconds = 2;
  summary.training.validation = ValidationResult{
      /*loss=*/0.5, /*mse=*/8, /*relative_l2=*/0.25, {{"u", {/*mse=*/8, 0.25, /*maximum=*/3}, {}}}};
  summary.training.best_validation_loss = 0.4;
  return summary;
}

TEST(LostSamples, AreThoseNeitherDrawnNorLeftInABuffer) {
  EXPECT_EQ(lost_samples(/*accepted=*/10, /*drawn_at_least_once=*/7, /*unseen=*/3), 0u);
  EXPECT_EQ(lost_samples(10, 6, 3), 1u);
  EXPECT_EQ(lost_samples(10, 0, 0), 10u);
}

TEST(Judge, CallsAStudyDoneThatTrainedOnWhatCame) {
  Summary summary = trained_summary();
  judge(summary, std::nullopt);
  EXPECT_EQ(summary.status, StudyStatus::done);
  EXPECT_EQ(summary.reason, "");
}

TEST(Judge, SaysWhichLimitOfTheStudyEndedTheTraining) {
  Summary summary = trained_summary();
  summary.training.limit = "it trained on 7 batches (training.stop.batches)";
  judge(summary, std::nullopt);
  EXPECT_EQ(summary.status, StudyStatus::done);
  EXPECT_EQ(summary.reason, summary.training.limit);
}

TEST(Judge, TellsAStopThatWasAskedForFromAFailure) {
  Summary summary = trained_summary();
  judge(summary, StopReason{/*failed=*/false, "by weir stop"});
  EXPECT_EQ(summary.status, StudyStatus::stopped);
  EXPECT_EQ(summary.reason, "by weir stop");
  judge(summary, StopReason{/*failed=*/true, "no progress"});
  EXPECT_EQ(summary.status, StudyStatus::failed);
}

TEST(Judge, FailsAStudyThatReceivedNothing) {
  Summary summary = trained_summary();
  summary.samples.trained = 0;
  judge(summary, std::nullopt);
  EXPECT_EQ(summary.status, StudyStatus::failed);
  EXPECT_THAT(summary.reason, HasSubstr("no sample was received"));
}

TEST(Judge, FailsAStudyWhoseRanksHoldDifferentWeights) {
  Summary summary = trained_summary();
  summary.training.identical_weights = false;
  judge(summary, std::nullopt);
  EXPECT_EQ(summary.status, StudyStatus::failed);
  EXPECT_THAT(summary.reason, HasSubstr("weights differ"));
}

TEST(SummaryFile, HoldsEveryCountUnderItsName) {
  const test::TemporaryFolder folder;
  write_summary(posix_file_system(), folder / "summary.json", trained_summary());
  const auto json = nlohmann::json::parse(posix_file_system().read(folder / "summary.json"));
  EXPECT_EQ(json["status"], "done");
  EXPECT_EQ(json["simulations"],
            (nlohmann::json{{"expected", 4}, {"finished", 3}, {"failed", 1}, {"restarted", 2}}));
  EXPECT_EQ(json["samples"], (nlohmann::json{{"expected", 40},
                                             {"unique", 35},
                                             {"duplicate", 6},
                                             {"dropped", 1},
                                             {"lost", 0},
                                             {"trained", 70}}));
  EXPECT_EQ(json["batches"], 7);
  EXPECT_EQ(json["validation"]["best_loss"], 0.4);
  EXPECT_EQ(json["validation"]["fields"]["u"]["maximum"], 3);
  EXPECT_EQ(json["samples_per_second"]["mean"], 35);
}

TEST(SummaryFile, CountsThePairsOfAutoregressiveSamplesAlone) {
  const test::TemporaryFolder folder;
  Summary summary = trained_summary();
  const auto samples = [&] {
    write_summary(posix_file_system(), folder / "summary.json", summary);
    return nlohmann::json::parse(posix_file_system().read(folder / "summary.json"))["samples"];
  };
  EXPECT_FALSE(samples().contains("pairs"));
  summary.samples.pairs = 31;
  EXPECT_EQ(samples()["pairs"], 31);
}

TEST(SummaryFile, SaysNullWhereNothingWasValidated) {
  const test::TemporaryFolder folder;
  write_summary(posix_file_system(), folder / "summary.json", Summary{});
  const auto json = nlohmann::json::parse(posix_file_system().read(folder / "summary.json"));
  EXPECT_TRUE(json["validation"].is_null());
  EXPECT_EQ(json["samples_per_second"]["mean"], 0);
}

}  // namespace
}  // namespace weir

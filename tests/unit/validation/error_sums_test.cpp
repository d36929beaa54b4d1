// Validation errors by numbers worked out by hand, on one rank and shared out over two.

#include "server/validation/error_sums.h"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/unit/collective/thread_collective.h"

namespace weir {
namespace {

/// Fields u of 2 values (deviation 10) and v of 1 (deviation 1), three steps.
Study small_study() {
  Study study;
  study.simulation.steps = 3;
  study.simulation.fields = {{"u", {2}, "K"}, {"v", {1}, "m"}};
  study.training.normalisation.kind = NormalisationKind::given;
  study.training.normalisation.fields = {{"u", {300, 10}}, {"v", {0, 1}}};
  return study;
}

struct Sample {
  std::size_t step;
  std::vector<float> prediction;  ///< the truth is 0, normalised
  std::vector<double> norms;      ///< of the truth, physical
};

const std::vector<Sample> samples = {
    {0, {3, 4, 1}, {100, 0}}, {0, {0, -1, -2}, {20, 4}}, {1, {0, 0, 0.5F}, {50, 1}}};

class ErrorSumsTest : public testing::Test {
 protected:
  void add(ErrorSums& sums, const Sample& sample) const {
    const std::vector<float> truth(3, 0);
    sums.add(sample.step, sample.prediction.data(), truth.data(), sample.norms);
    sums.add_loss(1);
  }
  const Study study_ = small_study();
  const Normalisation normalisation_ = make_normalisation(study_);
};

void expect_errors(const ValidationResult& result) {
  ASSERT_EQ(result.fields.size(), 2u);
  const auto& u = result.fields[0];
  EXPECT_EQ(u.name, "u");
  ASSERT_EQ(u.steps.size(), 3u);
  EXPECT_DOUBLE_EQ(u.steps[0].mse, (2500 + 100) / 4.0);
  EXPECT_DOUBLE_EQ(u.steps[0].relative_l2, (50 / 100.0 + 10 / 20.0) / 2);
  EXPECT_DOUBLE_EQ(u.steps[0].maximum, 40);
  EXPECT_EQ(u.steps[1].mse, 0);
  EXPECT_TRUE(std::isnan(u.steps[2].mse)) << "no sample has this step";
  EXPECT_DOUBLE_EQ(u.all.mse, 2600 / 6.0);
  EXPECT_DOUBLE_EQ(u.all.relative_l2, 1 / 3.0);
  EXPECT_DOUBLE_EQ(u.all.maximum, 40);
  const auto& v = result.fields[1];
  EXPECT_DOUBLE_EQ(v.steps[0].mse, (1 + 4) / 2.0);
  EXPECT_DOUBLE_EQ(v.steps[0].relative_l2, 2 / 4.0) << "a truth of 0 has no relative error";
  EXPECT_DOUBLE_EQ(v.all.maximum, 2);
  EXPECT_DOUBLE_EQ(result.mse, (2501 + 104 + 0.25) / 9);
  EXPECT_DOUBLE_EQ(result.relative_l2,
                   (std::sqrt(2501) / 100 + std::sqrt(104.0 / 416) + 0.5 / std::sqrt(2501)) / 3);
  EXPECT_DOUBLE_EQ(result.loss, 1);
}

TEST_F(ErrorSumsTest, AreOfEachFieldAndTimeStepInItsOwnUnit) {
  ErrorSums sums(study_, normalisation_);
  for (const auto& sample : samples) add(sums, sample);
  expect_errors(sums.over_ranks(*make_single_collective()));
}

TEST_F(ErrorSumsTest, AreOfTheSamplesOfAllRanks) {
  std::vector<ValidationResult> results(2);
  test::on_ranks(2, [&](Collective& collective) {
    ErrorSums sums(study_, normalisation_);
    // The largest error of u is on rank 0, that of v on rank 1.
    for (std::size_t k = collective.rank(); k < samples.size(); k += 2) add(sums, samples[k]);
    results[collective.rank()] = sums.over_ranks(collective);
  });
  for (const auto& result : results) expect_errors(result);
}

TEST_F(ErrorSumsTest, AreNotANumberWhereAPredictionIsNone) {
  std::vector<ValidationResult> results(2);
  test::on_ranks(2, [&](Collective& collective) {
    ErrorSums sums(study_, normalisation_);
    if (collective.rank() == 0) add(sums, samples[0]);
    // Of u in step 1, between two that are finite.
    const float none = std::numeric_limits<float>::quiet_NaN();
    if (collective.rank() == 1) add(sums, {.step = 1, .prediction = {none, 1, 1}, .norms = {1, 1}});
    add(sums, samples[2]);
    results[collective.rank()] = sums.over_ranks(collective);
  });
  for (const auto& result : results) {
    const auto &u = result.fields[0], &v = result.fields[1];
    EXPECT_DOUBLE_EQ(u.steps[0].maximum, 40);
    EXPECT_TRUE(std::isnan(u.steps[1].maximum)) << u.steps[1].maximum;
    EXPECT_TRUE(std::isnan(u.all.maximum)) << u.all.maximum;
    EXPECT_DOUBLE_EQ(v.all.maximum, 1);
    EXPECT_TRUE(std::isnan(result.mse));
  }
}

TEST_F(ErrorSumsTest, HaveNoRelativeErrorWhereEachTruthIsZero) {
  ErrorSums sums(study_, normalisation_);
  add(sums, {.step = 0, .prediction = {3, 4, 1}, .norms = {0, 0}});
  const auto result = sums.over_ranks(*make_single_collective());
  EXPECT_TRUE(std::isnan(result.relative_l2)) << result.relative_l2;
  EXPECT_GT(result.mse, 0);
}

TEST_F(ErrorSumsTest, AreWrittenUnderTheFieldsNames) {
  ErrorSums sums(study_, normalisation_);
  for (const auto& sample : samples) add(sums, sample);
  const auto result = sums.over_ranks(*make_single_collective());
  const auto json = nlohmann::ordered_json::parse(fields_json(result, /*steps=*/true).dump());
  EXPECT_EQ(json["v"]["maximum"], 2);
  EXPECT_EQ(json["v"]["steps"]["mse"].size(), 3u);
  EXPECT_TRUE(json["u"]["steps"]["relative_l2"][2].is_null());
  EXPECT_FALSE(fields_json(result, /*steps=*/false)["u"].contains("steps"));
}

}  // namespace
}  // namespace weir

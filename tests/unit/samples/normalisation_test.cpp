// Moments and the maps between physical and normalised values.

#include "server/samples/normalisation.h"

#include <limits>

#include <gtest/gtest.h>

#include "server/samples/moments.h"
#include "server/training/step_time.h"
#include "src/core/error.h"
#include "tests/unit/collective/thread_collective.h"
#include "tests/unit/training/scripted_training.h"

namespace weir {
namespace {

const auto no_warning = [](const std::string& text) { ADD_FAILURE() << text; };

TEST(Moments, OfTinyDeviationsOnAHugeMeanKeepTheirDigits) {
  Moments moments;
  for (int k = 0; k < 1000; ++k) {
    const std::vector<float> row = {1e6F - 1, 1e6F + 1};
    moments.add(row);
  }
  EXPECT_DOUBLE_EQ(moments.mean, 1e6);
  EXPECT_DOUBLE_EQ(moments.deviation(), 1);
}

TEST(Moments, MergedOverRanksAreThoseOfAllValuesTogether) {
  const std::vector<std::vector<float>> parts = {{1, 2, 3, 4}, {}, {100, 101}};
  Moments expected;
  for (const auto& part : parts) expected.add(part);
  std::vector<Moments> merged(parts.size());
  test::on_ranks(parts.size(), [&](Collective& collective) {
    Moments mine;
    mine.add(parts[collective.rank()]);
    merged[collective.rank()] = merge_over_ranks(collective, mine);
  });
  for (const auto& moments : merged) {
    EXPECT_EQ(moments.count, 6);
    EXPECT_DOUBLE_EQ(moments.mean, expected.mean);
    EXPECT_DOUBLE_EQ(moments.deviation(), expected.deviation());
    EXPECT_EQ(moments.squares, merged[0].squares);
  }
}

TEST(Normalisation, MapsBoundsAndTheFirstAndLastStepToMinusOneAndOne) {
  const Study study = test::miniature_study(/*batch=*/1);
  const auto normalisation = make_normalisation(study);
  const std::vector<SampleId> ids = {{0, 0}, {0, 19}};
  const std::vector<double> parameters = {100, -1, 500, 1};
  std::vector<float> inputs(6);
  normalise_inputs(normalisation, times_of(study.simulation.time, ids), parameters, inputs);
  const std::vector<float> expected = {-1, -1, -1, 1, 1, 1};
  for (std::size_t k = 0; k < inputs.size(); ++k) EXPECT_NEAR(inputs[k], expected[k], 1e-6);
}

TEST(Normalisation, PutsTheTimeOfAStudyOfOneStepAtZero) {
  Study study = test::miniature_study(/*batch=*/1);
  study.simulation.steps = 1;
  std::vector<float> inputs(3);
  normalise_inputs(make_normalisation(study), std::vector<double>{study.simulation.time.first},
                   std::vector<double>{300, 0}, inputs);
  EXPECT_EQ(inputs, (std::vector<float>{0, 0, 0}));
}

TEST(Normalisation, ScalesEachFieldOfEachSampleByItsOwnStatistics) {
  const auto normalisation = make_normalisation(test::miniature_study(/*batch=*/1));
  std::vector<float> values(20, 380);
  normalise_fields(normalisation, values);
  for (std::size_t k = 0; k < 20; ++k) EXPECT_NEAR(values[k], k % 10 < 6 ? 1 : 760, 1e-4);
}

TEST(Normalisation, MeasuresTheFirstSamplesOfAllRanks) {
  Study study = test::miniature_study(/*batch=*/1);
  study.training.normalisation = {NormalisationKind::measured, {}, /*samples=*/30};
  const auto ids = test::scripted_ids(study, 30);
  Moments u, v;
  for (const auto& id : ids) {
    const auto values = test::values_of(study, id);
    u.add(std::span(values).first(6));
    v.add(std::span(values).subspan(6));
  }
  std::vector<Normalisation> measured(3, make_normalisation(study));
  test::on_ranks(3, [&](Collective& collective) {
    const auto begin = ids.begin() + static_cast<std::ptrdiff_t>(10 * collective.rank());
    test::ScriptedSource source(study, {begin, begin + 10});
    measure_fields(measured[collective.rank()], study, source, collective, no_warning);
    EXPECT_EQ(source.left(), 10U);
  });
  for (const auto& one : measured) {
    EXPECT_EQ(one.samples, 30U);
    EXPECT_NEAR(one.fields[0].mean, u.mean, 1e-9);
    EXPECT_NEAR(one.fields[0].deviation, u.deviation(), 1e-9);
    EXPECT_NEAR(one.fields[1].deviation, v.deviation(), 1e-9);
    EXPECT_EQ(one.fields[1].mean, measured[0].fields[1].mean);
  }
}

/// A source all of whose values are one number.
class ConstantSource final : public SampleSource {
 public:
  explicit ConstantSource(float value) : value_(value) {}
  Offer offer(std::size_t) override { return {Readiness::ready, 1}; }
  void wait(Duration) override {}
  void draw(std::size_t, Batch&) override {}
  std::size_t peek(std::size_t count, Batch& batch) override {
    std::fill_n(batch.targets, 10 * count, value_);
    return count;
  }
  Occupancy occupancy() const override { return {}; }

 private:
  float value_;
};

TEST(Normalisation, OfAConstantFieldKeepsDeviationOneAndSaysSo) {
  const Study study = test::miniature_study(/*batch=*/1);
  auto normalisation = make_normalisation(study);
  ConstantSource source(4.1F);
  std::vector<std::string> warnings;
  measure_fields(normalisation, study, source, *make_single_collective(),
                 [&](const std::string& text) { warnings.push_back(text); });
  EXPECT_EQ(normalisation.fields[0].deviation, 1);
  EXPECT_NEAR(normalisation.fields[0].mean, 4.1, 1e-6);
  ASSERT_EQ(warnings.size(), 2U);
  EXPECT_NE(warnings[0].find("field 'u' is 4.1"), std::string::npos) << warnings[0];
}

TEST(Normalisation, OfAFieldWithNaNFailsNamingTheField) {
  const Study study = test::miniature_study(/*batch=*/1);
  auto normalisation = make_normalisation(study);
  ConstantSource source(std::numeric_limits<float>::quiet_NaN());
  try {
    measure_fields(normalisation, study, source, *make_single_collective(), no_warning);
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::study);
    EXPECT_NE(std::string(error.what()).find("'u'"), std::string::npos);
  }
}

}  // namespace
}  // namespace weir

// What an evaluation shows of a field, which simulations it shows, and its file.

#include "server/evaluation/evaluation.h"

#include <cmath>
#include <numeric>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "server/evaluation/shown_field.h"

namespace weir {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Le;
using testing::Lt;
using testing::Pair;
using testing::SizeIs;

TEST(ShownField, IsWholeWhenItIsSmall) {
  const auto shown = shown_field({2, 3}, 6);
  EXPECT_THAT(shown.shape, ElementsAre(2, 3));
  EXPECT_THAT(shown.places, ElementsAre(0, 1, 2, 3, 4, 5));
}

TEST(ShownField, HasEveryKthValueAlongEachAxisOfALargeOne) {
  const auto shown = shown_field({4, 6}, 6);
  EXPECT_THAT(shown.shape, ElementsAre(2, 3));
  EXPECT_THAT(shown.places, ElementsAre(0, 2, 4, 12, 14, 16));
}

TEST(ShownField, IsACurveOfOneDimension) {
  EXPECT_THAT(shown_field({5}, 100).shape, ElementsAre(5));
  EXPECT_THAT(shown_field({1, 5, 1}, 100).shape, ElementsAre(5));
  EXPECT_THAT(shown_field({1, 1}, 100).places, ElementsAre(0));
  EXPECT_THAT(shown_field({10}, 4).places, ElementsAre(0, 3, 6, 9));
}

TEST(ShownField, IsTheMiddleOfMoreThanTwoDimensions) {
  const auto shown = shown_field({3, 2, 2}, 100);
  EXPECT_THAT(shown.shape, ElementsAre(2, 2));
  EXPECT_THAT(shown.places, ElementsAre(4, 5, 6, 7));
}

TEST(ShownField, IsBoundedWhateverTheField) {
  for (const auto& shape : std::vector<std::vector<std::size_t>>{
           {1000000}, {1000, 1000}, {3, 100000}, {100000, 3}, {200, 200, 200}}) {
    const auto size =
        std::accumulate(shape.begin(), shape.end(), std::size_t{1}, std::multiplies<>());
    const auto shown = shown_field(shape, 40000);
    EXPECT_THAT(shown.places, SizeIs(Le(40000u)));
    EXPECT_LT(shown.places.back(), size);
    EXPECT_THAT(shown.places, SizeIs(std::accumulate(shown.shape.begin(), shown.shape.end(),
                                                     std::size_t{1}, std::multiplies<>())));
  }
}

TEST(ShownField, TakesValuesOfTheField) {
  const std::vector<float> values = {5, 6, 7, 8};
  EXPECT_THAT(shown_values(shown_field({4}, 2), values), ElementsAre(5, 7));
}

std::vector<SimulationError> errors(const std::vector<double>& values) {
  std::vector<SimulationError> all;
  for (const double value : values)
    all.push_back({.sim = all.size(), .parameters = {}, .relative_l2 = value});
  return all;
}

TEST(Exemplars, AreTheBestTheMedianAndTheWorst) {
  EXPECT_THAT(exemplars(errors({0.3, 0.1, 0.2, 0.5, 0.4})),
              ElementsAre(Pair("best", 1), Pair("median", 0), Pair("worst", 3)));
}

TEST(Exemplars, HaveAsWorstOneThatHasNoError) {
  EXPECT_THAT(exemplars(errors({0.3, NAN, 0.2})),
              ElementsAre(Pair("best", 2), Pair("median", 0), Pair("worst", 1)));
}

TEST(Exemplars, OfFewSimulationsAreFew) {
  EXPECT_THAT(exemplars({}), IsEmpty());
  EXPECT_THAT(exemplars(errors({1})), ElementsAre(Pair("best", 0)));
  EXPECT_THAT(exemplars(errors({2, 1})), ElementsAre(Pair("best", 1), Pair("worst", 0)));
}

TEST(EvaluationText, HasWhatWasFound) {
  Study study;
  study.simulation.fields = {{.name = "u", .shape = {2}, .unit = "K"}};
  Evaluation evaluation;
  evaluation.trained = {{1, 2}};
  evaluation.validation = {{.sim = 4, .parameters = {3, 4}, .relative_l2 = NAN}};
  evaluation.pictures = {
      {.which = "best",
       .simulation = {.sim = 4, .parameters = {3, 4}, .relative_l2 = 0.123456789, .worst_step = 6},
       .time = 0.5,
       .fields = {{.shape = {2}, .truth = {1.00000001, INFINITY}, .prediction = {2, 3}}}}};
  const auto json = nlohmann::json::parse(evaluation_text(evaluation, study));
  EXPECT_EQ(json.at("format"), "weir-evaluation");
  EXPECT_TRUE(json.at("validation").at(0).at("relative_l2").is_null());
  const auto& picture = json.at("pictures").at(0);
  EXPECT_EQ(picture.at("step"), 6);
  EXPECT_EQ(picture.at("relative_l2"), 0.12346);
  EXPECT_EQ(picture.at("fields").at(0).at("truth").dump(), "[1.0,null]");
  EXPECT_EQ(picture.at("fields").at(0).at("unit"), "K");
}

TEST(EvaluationText, IsSmall) {
  Study study;
  study.simulation.fields = {{.name = "u", .shape = {200, 200}, .unit = "K"}};
  const EvaluationLimits limits;
  std::vector<double> values(limits.field_values);
  for (std::size_t k = 0; k < values.size(); ++k)
    values[k] = std::sin(static_cast<double>(k)) * 1e-3;
  Evaluation evaluation;
  for (const auto* which : {"best", "median", "worst"})
    evaluation.pictures.push_back(
        {.which = which, .simulation = {}, .fields = {{{200, 200}, values, values}}});
  EXPECT_THAT(evaluation_text(evaluation, study), SizeIs(Lt(4000000u)));
}

}  // namespace
}  // namespace weir

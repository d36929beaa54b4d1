#include "server/evaluation/evaluation_pictures.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "src/raster/field_rasters.h"

namespace weir {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

Study study_of_two_fields() {
  Study study;
  study.simulation.fields = {{.name = "u", .shape = {2, 3}, .unit = "K"},
                             {.name = "v", .shape = {8}, .unit = ""}};
  study.simulation.time.unit = "s";
  return study;
}

Evaluation evaluation_of_them() {
  const std::vector<double> curve(8, 1);
  Evaluation evaluation;
  evaluation.pictures = {
      {.which = "worst",
       .simulation = {.sim = 17, .parameters = {}, .relative_l2 = 0.25, .worst_step = 30},
       .time = 0.3,
       .fields = {{{2, 3}, {1, 2, 3, 4, 5, 6}, {1, 2, 3, 4, 5, 8}}, {{8}, curve, curve}}}};
  return evaluation;
}

TEST(PicturesOf, AreTruthPredictionAndDifferenceOfEachField) {
  std::vector<std::string> tags;
  for (const auto& picture : pictures_of(evaluation_of_them(), study_of_two_fields()))
    tags.push_back(picture.tag);
  EXPECT_THAT(
      tags, testing::ElementsAre("evaluation/worst/u/truth", "evaluation/worst/u/prediction",
                                 "evaluation/worst/u/difference", "evaluation/worst/v/truth",
                                 "evaluation/worst/v/prediction", "evaluation/worst/v/difference"));
}

TEST(PicturesOf, HaveAPixelAValueAndSayWhatTheColoursStandFor) {
  const auto pictures = pictures_of(evaluation_of_them(), study_of_two_fields());
  EXPECT_EQ(pictures[1].picture.width, 3u);
  EXPECT_EQ(pictures[1].picture.height, 2u);
  const plot::Table table{2, 3, {4, 5, 8, 1, 2, 3}};
  EXPECT_EQ(pictures[1].picture.png, plot::png(table, plot::ColourMap::sequential, {1, 8}));
  EXPECT_EQ(
      pictures[1].description,
      "Simulation 17, step 30, time 0.3 s; relative L2 error 0.25 over all its steps. Colours "
      "from 1 (dark) to 8 K (bright).");
  EXPECT_THAT(pictures[2].description, HasSubstr("Colours from -2 (blue) to 2 K (red)."));
}

TEST(PicturesOf, AreNoneWithoutAnEvaluation) {
  EXPECT_THAT(pictures_of({}, study_of_two_fields()), IsEmpty());
}

}  // namespace
}  // namespace weir

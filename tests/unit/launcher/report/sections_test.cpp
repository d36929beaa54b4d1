// Which values each section shows: its figures are those of the public plotting functions, given
// what the record says.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "launcher/plot/pairs.h"
#include "launcher/plot/picture.h"
#include "launcher/plot/timeline.h"
#include "launcher/report/curves.h"

namespace weir {
namespace {

using plot::ColourMap;
using plot::Mark;
using plot::svg;
using testing::HasSubstr;
using testing::Not;

StudyRecord labelled(const std::string& label) {
  StudyRecord record;
  record.label = label;
  return record;
}

StudyRecord trained(const std::string& label = "one") {
  auto record = labelled(label);
  record.metrics.value.train = {{.batch = 10,
                                 .seconds = 2,
                                 .samples = 100,
                                 .loss = 0.5,
                                 .learning_rate = 0.01,
                                 .samples_per_second = 50},
                                {.batch = 20,
                                 .seconds = 3,
                                 .samples = 200,
                                 .loss = 0.25,
                                 .learning_rate = 0.005,
                                 .samples_per_second = 100}};
  record.metrics.value.validations = {
      {.batch = 12, .seconds = 2.2, .samples = 120, .loss = 0.7, .relative_l2 = 0.3},
      {.batch = 14, .seconds = 2.4, .samples = 140, .loss = 0.4, .relative_l2 = 0.1},
      {.batch = 20, .seconds = 3, .samples = 200, .loss = 0.6, .relative_l2 = 0.2}};
  return record;
}

/// A curve of few points is drawn with its points.
void add_with_dots(std::vector<plot::Series>& series, const std::string& name,
                   const std::vector<plot::Point>& points, std::size_t colour) {
  series.push_back({.name = name, .points = points, .colour = colour});
  series.push_back({.name = "", .points = points, .mark = Mark::dots, .colour = colour});
}

TEST(LossesSection, ShowsBothLossesAgainstSamplesAndTime) {
  const StudyRecord record = trained();
  const auto text = losses_section({&record, 1});
  std::vector<plot::Series> samples = {
      {.name = "training, mean of 10 batches", .points = {{100, 0.5}, {200, 0.25}}}};
  add_with_dots(samples, "validation", {{120, 0.7}, {140, 0.4}, {200, 0.6}}, 1);
  EXPECT_THAT(text, HasSubstr(curve_figure("Loss against samples", "samples trained on",
                                           "loss of normalised values", samples)));
  std::vector<plot::Series> time = {
      {.name = "training, mean of 10 batches", .points = {{2, 0.5}, {3, 0.25}}}};
  add_with_dots(time, "validation", {{2.2, 0.7}, {2.4, 0.4}, {3, 0.6}}, 1);
  EXPECT_THAT(text, HasSubstr(curve_figure("Loss against time", "seconds of training",
                                           "loss of normalised values", time)));
  std::vector<plot::Series> relative;
  add_with_dots(relative, "validation", {{120, 0.3}, {140, 0.1}, {200, 0.2}}, 1);
  EXPECT_THAT(text, HasSubstr(curve_figure("Relative error against samples", "samples trained on",
                                           "relative L2 error", relative)));
}

TEST(LossesSection, OfSeveralHasACurveEach) {
  const StudyRecord records[] = {trained("a"), trained("b")};
  const auto text = losses_section(records);
  EXPECT_THAT(text,
              HasSubstr(curve_figure(
                  "Training loss against samples", "samples trained on", "loss, mean of 10 batches",
                  {{.name = "a", .points = {{100, 0.5}, {200, 0.25}}, .colour = 0},
                   {.name = "b", .points = {{100, 0.5}, {200, 0.25}}, .colour = 1}})));
  std::vector<plot::Series> validation;
  add_with_dots(validation, "a", {{120, 0.7}, {140, 0.4}, {200, 0.6}}, 0);
  add_with_dots(validation, "b", {{120, 0.7}, {140, 0.4}, {200, 0.6}}, 1);
  EXPECT_THAT(text, HasSubstr(curve_figure("Validation loss against samples", "samples trained on",
                                           "loss of normalised values", validation)));
}

TEST(LossesSection, ShowsRollouts) {
  auto record = trained();
  record.metrics.value.rollouts = {{.samples = 150, .loss = 9, .relative_l2 = 0.8}};
  EXPECT_THAT(
      losses_section({&record, 1}),
      HasSubstr(curve_figure(
          "Error of whole simulations against samples", "samples trained on", "relative L2 error",
          {{.name = "predicted from predictions", .points = {{150, 0.8}}, .colour = 2}})));
}

TEST(ThroughputSection, ShowsRatesProgressAndPauses) {
  auto record = trained();
  record.metrics.value.checkpoints = {{.number = 1,
                                       .batch = 11,
                                       .seconds = 2.5,
                                       .pause_seconds = 0.004,
                                       .write_seconds = 7,
                                       .bytes = 8}};
  const auto text = throughput_section({&record, 1});
  EXPECT_THAT(text, HasSubstr(curve_figure("Samples per second", "seconds of training", "samples/s",
                                           {{.name = "", .points = {{2, 50}, {3, 100}}}})));
  EXPECT_THAT(
      text, HasSubstr(svg(plot::Chart{.about = "samples trained on",
                                      .x = {.label = "seconds of training"},
                                      .y = {.label = "samples"},
                                      .series = {{.name = "", .points = {{2, 100}, {3, 200}}}}})));
  EXPECT_THAT(text, HasSubstr(curve_figure("Learning rate", "samples trained on", "learning rate",
                                           {{.name = "", .points = {{100, 0.01}, {200, 0.005}}}})));
  EXPECT_THAT(
      text, HasSubstr(curve_figure("Pauses for checkpoints", "seconds of training", "milliseconds",
                                   {{.name = "", .points = {{2.5, 4}}, .mark = Mark::dots}})));
}

TEST(ThroughputSection, TellsLongTrainingsInHours) {
  auto record = trained();
  record.metrics.value.train.back().seconds = 36000;
  EXPECT_THAT(throughput_section({&record, 1}),
              HasSubstr(curve_figure("Samples per second", "hours of training", "samples/s",
                                     {{.name = "", .points = {{2 / 3600.0, 50}, {10, 100}}}})));
}

StudyRecord filled(const std::string& label = "one") {
  auto record = labelled(label);
  record.metrics.value.buffer = {{.batch = 10, .seconds = 1, .unseen = 30, .seen = 5},
                                 {.batch = 20, .seconds = 2, .unseen = 10, .seen = 50}};
  record.metrics.value.repeats = {7, 30, 20, 10};
  record.study.value.buffer.capacity = 64;
  record.study.value.buffer.watermark = 16;
  return record;
}

plot::Chart population(std::vector<plot::Series> series) {
  return {.about = "population of the buffer",
          .x = {.label = "batch"},
          .y = {.label = "samples, rank 0"},
          .series = std::move(series)};
}

plot::Chart repeats(std::vector<plot::Series> series) {
  return {.about = "how often samples were drawn",
          .x = {.label = "times that a sample was drawn"},
          .y = {.label = "samples, rank 0"},
          .series = std::move(series)};
}

TEST(BufferSection, StacksSeenOnUnseen) {
  const StudyRecord record = filled();
  const auto text = buffer_section({&record, 1});
  EXPECT_THAT(
      text,
      HasSubstr(svg(population(
          {{.name = "seen", .points = {{10, 35}, {20, 60}}, .mark = Mark::area, .colour = 5},
           {.name = "unseen", .points = {{10, 30}, {20, 10}}, .mark = Mark::area, .colour = 0},
           {.name = "capacity", .points = {{10, 64}, {20, 64}}, .colour = 7, .dashed = true},
           {.name = "watermark", .points = {{10, 16}, {20, 16}}, .colour = 4, .dashed = true}}))));
  EXPECT_THAT(
      text,
      HasSubstr(svg(repeats(
          {{.name = "", .points = {{0, 7}, {1, 30}, {2, 20}, {3, 10}}, .mark = Mark::bars}}))));
  EXPECT_THAT(text, HasSubstr("on average 1.667 times"));  // (30 + 2 · 20 + 3 · 10) / 60
}

TEST(BufferSection, OfADataSetHasNoLimits) {
  auto record = filled();
  record.study.value.training.source = Source::dataset;
  const auto text = buffer_section({&record, 1});
  EXPECT_THAT(text, Not(HasSubstr("capacity")));
  EXPECT_THAT(text, HasSubstr(">unseen</text>"));
}

TEST(BufferSection, OfSeveralHasTheWholePopulationOfEach) {
  const StudyRecord records[] = {filled("a"), filled("b")};
  const auto text = buffer_section(records);
  EXPECT_THAT(
      text,
      HasSubstr(svg(population({{.name = "a", .points = {{10, 35}, {20, 60}}, .colour = 0},
                                {.name = "b", .points = {{10, 35}, {20, 60}}, .colour = 1}}))));
  EXPECT_THAT(text, HasSubstr("a: on average 1.667 times; b: on average 1.667 times"));
}

TEST(BufferSection, OfSeveralLeavesDataSetsOutBesideBuffers) {
  StudyRecord records[] = {filled("a"), filled("b"), filled("c")};
  records[0].study.value.training.source = Source::dataset;
  EXPECT_THAT(
      buffer_section(records),
      HasSubstr(svg(population({{.name = "b", .points = {{10, 35}, {20, 60}}, .colour = 1},
                                {.name = "c", .points = {{10, 35}, {20, 60}}, .colour = 2}}))));
  for (auto& record : records) record.study.value.training.source = Source::dataset;
  EXPECT_THAT(
      buffer_section(records),
      HasSubstr(svg(population({{.name = "a", .points = {{10, 35}, {20, 60}}, .colour = 0},
                                {.name = "b", .points = {{10, 35}, {20, 60}}, .colour = 1},
                                {.name = "c", .points = {{10, 35}, {20, 60}}, .colour = 2}}))));
}

StudyRecord validated(const std::string& label = "one") {
  auto record = labelled(label);
  record.metrics.value.fields = {{.name = "u",
                                  .mse = 2,
                                  .relative_l2 = 0.01,
                                  .maximum = 5,
                                  .step_mse = {10, 20},
                                  .step_relative_l2 = {0.1, 0.2},
                                  .step_maximum = {3, 4}}};
  record.study.value.simulation.fields = {{.name = "u", .shape = {1}, .unit = "K"}};
  return record;
}

TEST(ErrorsSection, ShowsRelativeAndLargestErrorsByStep) {
  auto record = validated();
  record.metrics.value.rollout_fields = {
      {.name = "u", .step_mse = {30, 40}, .step_relative_l2 = {0.3, 0.4}, .step_maximum = {5, 6}}};
  const auto text = errors_section({&record, 1});
  EXPECT_THAT(
      text,
      HasSubstr(curve_figure(
          "Relative error by time step", "time step", "relative L2 error",
          {{.name = "u", .points = {{0, 0.1}, {1, 0.2}}, .colour = 0},
           {.name = "u, from predictions", .points = {{0, 0.3}, {1, 0.4}}, .dashed = true}})));
  EXPECT_THAT(text,
              HasSubstr(curve_figure(
                  "Largest error by time step", "time step", "largest error, in the field's unit",
                  {{.name = "u", .points = {{0, 3}, {1, 4}}, .colour = 0},
                   {.name = "u, from predictions", .points = {{0, 5}, {1, 6}}, .dashed = true}})));
  EXPECT_THAT(
      text,
      HasSubstr(html::table({{"field", "mean squared error", "relative L2 error", "largest error"},
                             {"u", "2 K²", "0.01", "5 K"}})));
}

TEST(ErrorsSection, OfSeveralNamesTheStudyOfEachCurve) {
  const StudyRecord records[] = {validated("a"), validated("b")};
  EXPECT_THAT(
      errors_section(records),
      HasSubstr(curve_figure("Relative error by time step", "time step", "relative L2 error",
                             {{.name = "a", .points = {{0, 0.1}, {1, 0.2}}, .colour = 0},
                              {.name = "b", .points = {{0, 0.1}, {1, 0.2}}, .colour = 1}})));
}

TEST(ParametersSection, ColoursValidationByItsError) {
  auto record = labelled("one");
  record.study.value.parameters = {{.name = "a", .lower = 0, .upper = 1, .unit = "K"},
                                   {.name = "b", .lower = -2, .upper = 2, .unit = ""}};
  auto& evaluation = record.evaluation.value;
  evaluation.trained = {{0.1, 1.5}};
  evaluation.validation = {{.sim = 1, .parameters = {0.2, -1}, .relative_l2 = 0.3},
                           {.sim = 2, .parameters = {0.8, 1}, .relative_l2 = 0.1},
                           {.sim = 3, .parameters = {0.5, 0}, .relative_l2 = 0.25}};
  evaluation.not_looked_at = 4;
  const auto text = parameters_section(record);
  EXPECT_THAT(text, HasSubstr(svg(plot::Pairs{.about = "simulations in the space of parameters",
                                              .dimensions = {{"a, K", plot::widened({0, 1}, 0.04)},
                                                             {"b", plot::widened({-2, 2}, 0.04)}},
                                              .points = {{0.1, 1.5}},
                                              .coloured = {{0.2, -1}, {0.8, 1}, {0.5, 0}},
                                              .values = {0.3, 0.1, 0.25},
                                              .value_label = "rel. L2 error"})));
  EXPECT_THAT(text, HasSubstr("1 simulations that were trained on. Coloured: 3 of the"));
  EXPECT_THAT(text, HasSubstr("Further 4 of the validation were not looked at."));
}

std::string shown(const std::string& about, const std::string& title, ColourMap map,
                  const plot::Range& range, std::vector<double> rows_from_the_top) {
  return svg(
      plot::Picture{.about = about,
                    .title = title,
                    .table = {.rows = 2, .columns = 3, .values = std::move(rows_from_the_top)},
                    .map = map,
                    .range = range},
      330);
}

TEST(PicturesSection, ShowsTruthPredictionAndTheirDifference) {
  auto record = labelled("one");
  record.study.value.parameters = {{.name = "a", .lower = 0, .upper = 1, .unit = "m"}};
  record.evaluation.value.pictures = {
      {.which = "worst",
       .simulation = {.sim = 9, .parameters = {0.5}, .relative_l2 = 0.125},
       .step = 3,
       .time = 0.75,
       .fields = {{.name = "u",
                   .unit = "K",
                   .shape = {2, 3},
                   .truth = {1, 2, 3, 4, 5, 6},
                   .prediction = {1, 4, 3, 4, 5, 5}},
                  {.name = "v", .unit = "", .shape = {2}, .truth = {1, 2}, .prediction = {4, 3}}}}};
  const auto text = pictures_section(record);
  EXPECT_THAT(text, HasSubstr(shown("truth: u, K of u", "truth: u, K", ColourMap::sequential,
                                    {1, 6}, {4, 5, 6, 1, 2, 3})));
  EXPECT_THAT(text, HasSubstr(shown("prediction of u", "prediction", ColourMap::sequential, {1, 6},
                                    {4, 5, 5, 1, 4, 3})));
  EXPECT_THAT(text, HasSubstr(shown("prediction − truth of u", "prediction − truth",
                                    ColourMap::diverging, {-2, 2}, {0, 0, -1, 0, 2, 0})));
  EXPECT_THAT(text, HasSubstr(svg(plot::Chart{
                        .about = "v",
                        .x = {.label = "place"},
                        .y = {.label = "v"},
                        .series = {{.name = "truth", .points = {{0, 1}, {1, 2}}, .colour = 0},
                                   {.name = "prediction", .points = {{0, 4}, {1, 3}}, .colour = 1}},
                        .size = {460, 240}})));
  EXPECT_THAT(
      text, HasSubstr(svg(plot::Chart{
                .about = "difference of v",
                .x = {.label = "place"},
                .y = {.label = "v"},
                .series = {{.name = "prediction − truth", .points = {{0, 3}, {1, 1}}, .colour = 7}},
                .size = {460, 240}})));
  EXPECT_THAT(text, HasSubstr("The worst: simulation 9, relative L2 error 0.125"));
  EXPECT_THAT(text, HasSubstr("Step 3, time 0.75; a = 0.5 m"));
}

TEST(TimelineSection, BeginsWithTheFirstSubmission) {
  auto record = labelled("one");
  const auto job = [](const char* name, bool server, double from, double to, JobEnd end,
                      const char* reason = "") {
    return JobRecord{
        .name = name, .server = server, .from = from, .to = to, .end = end, .reason = reason};
  };
  record.jobs.value = {job("server", true, 1000, 1100, JobEnd::running),
                       job("0", false, 1010, 1020, JobEnd::ok, "it ended"),
                       job("1", false, 1030, 1040, JobEnd::failed, "exit code 3"),
                       job("1", false, 1050, 1060, JobEnd::failed, "exit code 3"),
                       job("2", false, 1070, 1080, JobEnd::withdrawn, "not wanted")};
  record.servers.value = {{.time = 1005, .seconds = 0, .facts = {}}};
  record.metrics.value.checkpoints = {{.number = 1, .seconds = 20}};
  const auto text = timeline_section(record);
  plot::Timeline expected;
  expected.about = "jobs of the study";
  expected.x.label = "seconds since the first submission";
  expected.tracks = {{.name = "server", .spans = {{0, 100, 0}}, .moments = {}},
                     {.name = "checkpoints", .spans = {}, .moments = {{25, 0}}, .colour = 3},
                     {.name = "simulations",
                      .spans = {{10, 20, 2}, {30, 40, 7}, {50, 60, 7}, {70, 80, 4}},
                      .moments = {}}};
  expected.legend = {{.name = "ended well", .mark = Mark::area, .colour = 2},
                     {.name = "failed", .mark = Mark::area, .colour = 7},
                     {.name = "not wanted any more", .mark = Mark::area, .colour = 4},
                     {.name = "runs", .mark = Mark::area, .colour = 0},
                     {.name = "checkpoint", .mark = Mark::line, .colour = 3}};
  EXPECT_THAT(text, HasSubstr(svg(expected)));
  EXPECT_THAT(text, HasSubstr(html::table({{"why jobs failed", "jobs"}, {"exit code 3", "2"}})));
}

TEST(DrawsSection, ShowsArrivalStepAndSimulationAgainstTheDraw) {
  auto record = labelled("one");
  record.draws.value = {.draws = {{.number = 0, .step = 1, .sim = 2, .arrival = 5},
                                  {.number = 1, .step = 3, .sim = 4, .arrival = 6}},
                        .drawn = 2,
                        .arrived = 10};
  const auto text = draws_section(record);
  const auto density = [](const char* about, const char* label, double most,
                          std::vector<plot::Point> points) {
    return svg(plot::Density{.about = about,
                             .x = {.label = "samples drawn before", .range = plot::Range{0, 2}},
                             .y = {.label = label, .range = plot::Range{0, most}},
                             .points = std::move(points)});
  };
  EXPECT_THAT(text, HasSubstr(density("Arrival against draw", "samples that came before", 10,
                                      {{0, 5}, {1, 6}})));
  EXPECT_THAT(text, HasSubstr(density("Time steps drawn", "time step", 4, {{0, 1}, {1, 3}})));
  EXPECT_THAT(text, HasSubstr(density("Simulations drawn", "simulation", 5, {{0, 2}, {1, 4}})));
}

TEST(ResultsSection, TellsTheLastAndTheLeastError) {
  auto record = trained();
  record.summary.value = {{"status", "done"}, {"validation", {{"best_loss", 0.4}}}};
  const auto text = results_section({&record, 1});
  EXPECT_THAT(text, HasSubstr(html::tiles({{"status", "done"},
                                           {"simulations finished", "–"},
                                           {"samples received", "–"},
                                           {"samples trained on", "–"},
                                           {"validation loss", "0.6"},
                                           {"relative L2 error", "0.2"},
                                           {"samples per second", "–"},
                                           {"time", "–"}})));
  EXPECT_THAT(text, HasSubstr("<td>least relative L2 error</td><td>0.1</td>"));
}

}  // namespace
}  // namespace weir

#include <algorithm>
#include <limits>
#include <regex>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "launcher/plot/chart.h"
#include "launcher/plot/pairs.h"
#include "launcher/plot/picture.h"
#include "launcher/plot/timeline.h"

namespace weir::plot {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Lt;
using testing::Not;
using testing::StartsWith;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (auto at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++found;
  return found;
}

Chart chart_of(std::vector<Series> series) {
  Chart chart;
  chart.about = "a curve";
  chart.x.label = "samples";
  chart.y.label = "loss";
  chart.series = std::move(series);
  return chart;
}

TEST(Chart, HasAxesLabelsAndALegend) {
  const auto text = svg(chart_of({{.name = "training", .points = {{0, 1}, {10, 2}}, .colour = 3}}));
  EXPECT_THAT(text, StartsWith("<svg viewBox=\"0 0 460 300\""));
  EXPECT_THAT(text, HasSubstr(">samples</text>"));
  EXPECT_THAT(text, HasSubstr(">loss</text>"));
  EXPECT_THAT(text, HasSubstr(">training</text>"));
  EXPECT_EQ(count(text, "class=\"line c3\""), 2u);  // the curve and its legend
  EXPECT_EQ(count(text, "<svg"), 1u);
  EXPECT_EQ(count(text, "</svg>"), 1u);
}

TEST(Chart, KeepsTheLabelOfATickAtItsEdgeInside) {
  const auto text = svg(chart_of({{.name = "", .points = {{0, 1}, {30000, 2}}}}));
  const std::regex last("x=\"([0-9.]+)\" y=\"[0-9.]+\" text-anchor=\"middle\">(30[^0-9]*000)<");
  std::smatch found;
  ASSERT_TRUE(std::regex_search(text, found, last)) << text;
  EXPECT_LE(std::stod(found[1]) + width_of(found[2].str()) / 2, Size{}.width);
  EXPECT_GT(std::stod(found[1]), Size{}.width - 40);
}

TEST(Chart, WithoutDataSaysSo) {
  EXPECT_THAT(svg(chart_of({})), HasSubstr(">no values</text>"));
  EXPECT_THAT(svg(chart_of({{.name = "a", .points = {{0, nan}, {1, nan}}}})),
              HasSubstr(">no values</text>"));
}

TEST(Chart, ShowsTheOnlyPointOfALine) {
  EXPECT_THAT(svg(chart_of({{.name = "", .points = {{1, 1}}}})), HasSubstr("h0\"/>"));
}

TEST(Chart, DoesNotBelieveNames) {
  const std::string hostile = "</text><script>alert(1)</script>";
  auto chart = chart_of({{.name = hostile, .points = {{0, 1}, {1, 2}}}});
  chart.x.label = chart.y.label = chart.about = hostile;
  EXPECT_THAT(svg(chart), Not(HasSubstr("<script>")));
}

TEST(Chart, IsSmallWhateverTheNumberOfPoints) {
  Series line{.name = "line", .points = {}};
  for (int k = 0; k < 1000000; ++k)
    line.points.push_back({static_cast<double>(k), static_cast<double>(k % 1000)});
  auto dots = line, area = line;
  dots.mark = Mark::dots;
  area.mark = Mark::area;
  EXPECT_THAT(svg(chart_of({line, dots, area})).size(), Lt(100000u));
}

TEST(Chart, StandsBarsOnTheBottom) {
  const auto text = svg(chart_of({{.name = "", .points = {{1, 10}, {2, 5}}, .mark = Mark::bars}}));
  EXPECT_THAT(text, HasSubstr("class=\"bars c0\""));
  EXPECT_THAT(text, HasSubstr(">0</text>"));
}

TEST(Chart, LeavesOutWhatALogarithmicAxisHasNoPlaceFor) {
  auto chart = chart_of({{.name = "", .points = {{0, 1}, {1, 0}, {2, 100}, {3, 10}}}});
  chart.y.spacing = Spacing::logarithmic;
  const auto text = svg(chart);
  EXPECT_EQ(count(text.substr(text.find("class=\"line")), "L"), 1u);  // the first point is alone
}

TEST(Chart, IsLogarithmicOverManyPowersAlone) {
  const auto spacing = [](std::vector<Point> points) {
    return spacing_for({{.name = "", .points = std::move(points)}});
  };
  EXPECT_EQ(spacing({{0, 1e-4}, {1, 1}}), Spacing::logarithmic);
  EXPECT_EQ(spacing({{0, 1}, {1, 2}}), Spacing::linear);
  EXPECT_EQ(spacing({{0, 0}, {1, 1000}}), Spacing::linear);
  EXPECT_EQ(spacing({}), Spacing::linear);
}

TEST(Legend, GoesOverToFurtherRows) {
  std::vector<LegendEntry> entries(6, {.name = "a name of some length"});
  EXPECT_EQ(legend_rows({}, 460), 0u);
  EXPECT_EQ(legend_rows({entries[0]}, 460), 1u);
  EXPECT_EQ(legend_rows(entries, 460), 3u);
}

TEST(Labels, AreCutBetweenCharacters) {
  EXPECT_EQ(shortened("short", 100), "short");
  EXPECT_EQ(shortened("ééééééééééé", 6.1 * 4), "ééé…");
}

TEST(PictureOfAField, HasItsProportionsAndItsColours) {
  const Picture picture{.about = "u",
                        .title = "truth",
                        .table = {.rows = 2, .columns = 4, .values = std::vector<double>(8, 1)},
                        .range = {0, 2}};
  const auto text = svg(picture, 230);
  EXPECT_EQ(count(text, "<image"), 2u);
  EXPECT_THAT(text, HasSubstr("width=\"150\" height=\"75\""));
}

TEST(DensityOfPoints, CountsThemInCells) {
  Density density;
  for (int k = 0; k < 100; ++k) density.points.push_back({static_cast<double>(k % 10), 5});
  EXPECT_THAT(svg(density), HasSubstr(">10</text>"));  // the greatest count, on the bar
  density.points = {{nan, 1}};
  EXPECT_THAT(svg(density), HasSubstr("no values"));
}

TEST(PairsPlot, HasACellForEachPair) {
  const Pairs pairs{.about = "p",
                    .dimensions = {{"a", {0, 1}}, {"b", {0, 1}}, {"c", {0, 1}}},
                    .points = {{0.1, 0.2, 0.3}},
                    .coloured = {{0.5, 0.5, 0.5}, {0.6, 0.6, 0.6}},
                    .values = {1, 2},
                    .value_label = "error"};
  const auto text = svg(pairs);
  EXPECT_EQ(count(text, "class=\"cell\""), 3u);
  EXPECT_EQ(count(text, "stroke:#440154"), 3u);
  EXPECT_EQ(count(text, "stroke:#fde725"), 3u);
}

TEST(PairsPlot, OfOneDimensionHasTheValueBesideIt) {
  const Pairs pairs{.about = "p",
                    .dimensions = {{"a", {0, 1}}},
                    .points = {{0.1}},
                    .coloured = {{0.5}},
                    .values = {2},
                    .value_label = "error"};
  EXPECT_EQ(count(svg(pairs), "class=\"cell\""), 1u);
  EXPECT_THAT(svg(Pairs{}), HasSubstr("no parameters"));
}

TEST(PairsPlot, IsSmallWhateverTheNumberOfPoints) {
  Pairs pairs;
  for (int k = 0; k < 6; ++k) pairs.dimensions.push_back({"p", {0, 1}});
  pairs.points.assign(100000, std::vector<double>(6, 0.123));
  pairs.coloured.assign(10000, std::vector<double>(6, 0.456));
  pairs.values.assign(10000, 1);
  EXPECT_THAT(svg(pairs).size(), Lt(500000u));
}

/// What ticks and labels right of there say, and their y.
std::vector<std::pair<std::string, double>> heights_of(const std::string& text, double right_of) {
  std::vector<std::pair<std::string, double>> heights;
  const std::regex element("<text class=\"tick\" x=\"([0-9.]+)\" y=\"([0-9.-]+)\">([^<]*)</text>");
  for (std::sregex_iterator at(text.begin(), text.end(), element), end; at != end; ++at)
    if (std::stod((*at)[1]) > right_of) heights.push_back({(*at)[3], std::stod((*at)[2])});
  return heights;
}

TEST(ColourBar, KeepsItsLabelClearOfItsTicks) {
  const Box beside{.left = 50, .top = 100, .right = 200, .bottom = 250};
  const auto heights =
      heights_of(draw_colour_bar(beside, ColourMap::sequential, {0, 10}, "error"), beside.right);
  ASSERT_GE(heights.size(), 3u);
  const auto label = std::find_if(heights.begin(), heights.end(),
                                  [](const auto& one) { return one.first == "error"; });
  ASSERT_NE(label, heights.end());
  for (const auto& [text, height] : heights)
    if (text != "error") EXPECT_GE(height - label->second, 12) << text;  // a row of text
}

TEST(TimelineLanes, HoldOneSpanAtATime) {
  EXPECT_THAT(lanes_of({{0, 10}, {1, 3}, {2, 5}, {3, 4}, {10, 11}}), ElementsAre(0, 1, 2, 1, 0));
  EXPECT_THAT(lanes_of({{5, 6}, {0, 6}}), ElementsAre(1, 0));
}

TEST(TimelineFigure, ShowsSpansAndMoments) {
  Timeline timeline;
  timeline.x.label = "minutes";
  timeline.tracks = {
      {.name = "server", .spans = {{0, 5, 1}}, .moments = {}},
      {.name = "checkpoints", .spans = {}, .moments = {{2, 0}, {3, 0}}, .colour = 2}};
  const auto text = svg(timeline);
  EXPECT_EQ(count(text, "class=\"span c1\""), 1u);
  EXPECT_EQ(count(text, "class=\"moment c2\""), 1u);
  EXPECT_THAT(svg(Timeline{}), HasSubstr("no jobs"));
}

TEST(TimelineFigure, IsSmallWhateverTheNumberOfJobs) {
  Timeline timeline;
  timeline.tracks.resize(1);
  for (int k = 0; k < 100000; ++k)
    timeline.tracks[0].spans.push_back({k * 1.0, k + 500.0, static_cast<std::size_t>(k % 3)});
  EXPECT_THAT(svg(timeline).size(), Lt(400000u));
}

}  // namespace
}  // namespace weir::plot

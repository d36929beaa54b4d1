// What the buffer held, and how often samples were drawn.

#include <algorithm>

#include "launcher/plot/text.h"
#include "launcher/report/curves.h"

namespace weir {
namespace {

using plot::Mark;
using plot::Series;

std::vector<plot::Point> populations(const MetricsRecord& metrics) {
  std::vector<plot::Point> points;
  for (const auto& point : metrics.buffer)
    points.push_back({point.batch, point.unseen + point.seen});
  return points;
}

void add_level(std::vector<Series>& series, const StudyRecord& record, std::string name,
               std::size_t samples, std::size_t colour) {
  const auto& points = record.metrics.value.buffer;
  if (points.empty() || samples == 0) return;
  const auto level = static_cast<double>(samples);
  series.push_back({.name = std::move(name),
                    .points = {{points.front().batch, level}, {points.back().batch, level}},
                    .colour = colour,
                    .dashed = true});
}

/// Unseen ones below, seen ones above them, and the study's limits.
std::string population_figure(const StudyRecord& record) {
  const auto& metrics = record.metrics.value;
  std::vector<Series> series;
  if (!metrics.buffer.empty()) {
    series.push_back(
        {.name = "seen", .points = populations(metrics), .mark = Mark::area, .colour = 5});
    series.push_back(
        {.name = "unseen",
         .points = points_of(metrics.buffer, &BufferPoint::batch, &BufferPoint::unseen),
         .mark = Mark::area,
         .colour = 0});
  }
  if (record.study.problem.empty() && record.study.value.training.source == Source::ensemble) {
    add_level(series, record, "capacity", record.study.value.buffer.capacity, 7);
    add_level(series, record, "watermark", record.study.value.buffer.watermark, 4);
  }
  return html::figure("Population", plot::svg(plot::Chart{.about = "population of the buffer",
                                                          .x = {.label = "batch"},
                                                          .y = {.label = "samples, rank 0"},
                                                          .series = std::move(series)}));
}

bool has_buffer(const StudyRecord& record) {
  return record.study.value.training.source == Source::ensemble;
}

/// A data set counts as one that is there from the start, often many times larger than a buffer:
/// beside buffers it would be all that can be seen.
std::string population_figures(Records records) {
  std::vector<Series> series;
  const bool buffers = std::any_of(records.begin(), records.end(), has_buffer);
  for (std::size_t k = 0; k < records.size(); ++k)
    if (has_buffer(records[k]) == buffers)
      series.push_back(
          {.name = records[k].label, .points = populations(records[k].metrics.value), .colour = k});
  return html::figure("Population", plot::svg(plot::Chart{.about = "population of the buffer",
                                                          .x = {.label = "batch"},
                                                          .y = {.label = "samples, rank 0"},
                                                          .series = std::move(series)}));
}

std::vector<plot::Point> histogram(const std::vector<double>& repeats) {
  std::vector<plot::Point> points;
  for (std::size_t k = 0; k < repeats.size(); ++k)
    points.push_back({static_cast<double>(k), repeats[k]});
  return points;
}

double mean_of(const std::vector<double>& repeats) {
  double samples = 0, draws = 0;
  for (std::size_t k = 1; k < repeats.size(); ++k) {
    samples += repeats[k];
    draws += static_cast<double>(k) * repeats[k];
  }
  return draws / samples;
}

std::string repeats_figure(Records records) {
  std::vector<Series> series;
  std::string caption;
  for (std::size_t k = 0; k < records.size(); ++k) {
    const auto& repeats = records[k].metrics.value.repeats;
    if (repeats.empty()) continue;
    series.push_back({.name = curve_name(records, k, ""),
                      .points = histogram(repeats),
                      .mark = records.size() == 1 ? Mark::bars : Mark::line,
                      .colour = k});
    caption += (caption.empty() ? "" : "; ") +
               (records.size() == 1 ? std::string() : records[k].label + ": ") + "on average " +
               plot::number(mean_of(repeats)) + " times";
  }
  if (series.empty())
    caption = "How often samples were drawn is recorded when a training ends.";
  else
    caption = "A sample that was drawn at all was drawn " + caption + ".";
  return html::figure("Repeats",
                      plot::svg(plot::Chart{.about = "how often samples were drawn",
                                            .x = {.label = "times that a sample was drawn"},
                                            .y = {.label = "samples, rank 0"},
                                            .series = std::move(series)}),
                      caption);
}

}  // namespace

std::string buffer_section(Records records) {
  const std::string population =
      records.size() == 1 ? population_figure(records[0]) : population_figures(records);
  return html::section(
      "buffer", "Buffer",
      "An unseen sample has not been drawn yet; a seen one may be drawn again until "
      "an arrival takes its place.",
      html::figures({population, repeats_figure(records)}) + problems(records, metrics_problem));
}

}  // namespace weir

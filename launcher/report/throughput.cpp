// How fast samples were trained on.

#include "launcher/report/curves.h"

namespace weir {
namespace {

using plot::Series;

std::string rate_figure(Records records) {
  const TimeUnit unit = training_unit(records);
  std::vector<Series> series;
  for (std::size_t k = 0; k < records.size(); ++k)
    series.push_back(
        {.name = curve_name(records, k, ""),
         .points = in_unit(points_of(records[k].metrics.value.train, &TrainPoint::seconds,
                                     &TrainPoint::samples_per_second),
                           unit),
         .colour = k});
  return curve_figure("Samples per second", unit.name + " of training", "samples/s",
                      std::move(series));
}

std::string progress_figure(Records records) {
  const TimeUnit unit = training_unit(records);
  std::vector<Series> series;
  for (std::size_t k = 0; k < records.size(); ++k)
    series.push_back({.name = curve_name(records, k, ""),
                      .points = in_unit(points_of(records[k].metrics.value.train,
                                                  &TrainPoint::seconds, &TrainPoint::samples),
                                        unit),
                      .colour = k});
  return html::figure("Samples trained on",
                      plot::svg(plot::Chart{.about = "samples trained on",
                                            .x = {.label = unit.name + " of training"},
                                            .y = {.label = "samples"},
                                            .series = std::move(series)}));
}

std::string learning_rate_figure(Records records) {
  std::vector<Series> series;
  for (std::size_t k = 0; k < records.size(); ++k)
    series.push_back({.name = curve_name(records, k, ""),
                      .points = points_of(records[k].metrics.value.train, &TrainPoint::samples,
                                          &TrainPoint::learning_rate),
                      .colour = k});
  return curve_figure("Learning rate", "samples trained on", "learning rate", std::move(series));
}

std::string pause_figure(Records records) {
  const TimeUnit unit = training_unit(records);
  std::vector<Series> series;
  for (std::size_t k = 0; k < records.size(); ++k) {
    auto points = points_of(records[k].metrics.value.checkpoints, &CheckpointPoint::seconds,
                            &CheckpointPoint::pause_seconds);
    for (auto& point : points) point.y *= 1000;
    series.push_back({.name = curve_name(records, k, ""),
                      .points = in_unit(std::move(points), unit),
                      .mark = plot::Mark::dots,
                      .colour = k});
  }
  return curve_figure("Pauses for checkpoints", unit.name + " of training", "milliseconds",
                      std::move(series));
}

bool has_checkpoints(Records records) {
  for (const auto& record : records)
    if (!record.metrics.value.checkpoints.empty()) return true;
  return false;
}

}  // namespace

std::string throughput_section(Records records) {
  std::vector<std::string> figures = {rate_figure(records), progress_figure(records),
                                      learning_rate_figure(records)};
  if (has_checkpoints(records)) figures.push_back(pause_figure(records));
  return html::section("throughput", "Throughput",
                       "Over all server ranks. A gap down to nothing is a trainer that waited for "
                       "samples.",
                       html::figures(figures) + problems(records, metrics_problem));
}

}  // namespace weir

// How fast samples were trained on.

#include <algorithm>
#include <utility>

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

/// How many simulations ran, as steps at the submission and at the end of each job.
std::vector<plot::Point> clients_of(const StudyRecord& record) {
  std::vector<std::pair<double, int>> changes;
  for (const auto& job : record.jobs.value) {
    if (job.server) continue;
    changes.emplace_back(training_seconds(record.servers.value, job.from), 1);
    changes.emplace_back(training_seconds(record.servers.value, job.to), -1);
  }
  std::sort(changes.begin(), changes.end());
  std::vector<plot::Point> points;
  double running = 0;
  for (const auto& [seconds, change] : changes) {
    points.push_back({seconds, running});
    running += change;
    points.push_back({seconds, running});
  }
  return points;
}

/// The waves in which a launcher submits them.
std::string clients_figure(Records records) {
  const TimeUnit unit = training_unit(records);
  std::vector<Series> series;
  for (std::size_t k = 0; k < records.size(); ++k)
    if (!records[k].servers.value.empty())
      series.push_back({.name = curve_name(records, k, ""),
                        .points = in_unit(clients_of(records[k]), unit),
                        .colour = k});
  return html::figure("Simulations at a time",
                      plot::svg(plot::Chart{.about = "simulations at a time",
                                            .x = {.label = unit.name + " of training"},
                                            .y = {.label = "jobs of simulations"},
                                            .series = std::move(series)}),
                      "From the submission of each job to its end.");
}

bool has_clients(Records records) {
  for (const auto& record : records)
    for (const auto& job : record.jobs.value)
      if (!job.server && !record.servers.value.empty()) return true;
  return false;
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
  std::vector<std::string> figures = {rate_figure(records)};
  if (has_clients(records)) figures.push_back(clients_figure(records));
  figures.push_back(progress_figure(records));
  figures.push_back(learning_rate_figure(records));
  if (has_checkpoints(records)) figures.push_back(pause_figure(records));
  return html::section("throughput", "Throughput",
                       "Over all server ranks. A gap down to nothing is a trainer that waited for "
                       "samples.",
                       html::figures(figures) + problems(records, metrics_problem));
}

}  // namespace weir

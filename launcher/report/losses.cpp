// Losses against samples and against time.

#include "launcher/report/curves.h"

namespace weir {
namespace {

using plot::Mark;
using plot::Series;

struct Against {
  std::string title, label;
  double TrainPoint::*train;
  double ValidationPoint::*validation;
  TimeUnit unit{};  ///< of x; samples have none
};

Against samples() {
  return {"against samples", "samples trained on", &TrainPoint::samples, &ValidationPoint::samples};
}

Against time_of_training(Records records) {
  const TimeUnit unit = training_unit(records);
  return {"against time", unit.name + " of training", &TrainPoint::seconds,
          &ValidationPoint::seconds, unit};
}

void add_validations(std::vector<Series>& series, Records records, std::size_t k,
                     const Against& against, double ValidationPoint::*value, std::string name,
                     std::size_t colour) {
  const auto points = in_unit(
      points_of(records[k].metrics.value.validations, against.validation, value), against.unit);
  series.push_back({.name = std::move(name), .points = points, .colour = colour});
  if (points.size() <= 40)
    series.push_back({.name = {}, .points = points, .mark = Mark::dots, .colour = colour});
}

std::string both_losses(Records records, const Against& against) {
  std::vector<Series> series;
  series.push_back({.name = "training, mean of 10 batches",
                    .points = in_unit(
                        points_of(records[0].metrics.value.train, against.train, &TrainPoint::loss),
                        against.unit),
                    .colour = 0});
  add_validations(series, records, 0, against, &ValidationPoint::loss, "validation", 1);
  return curve_figure("Loss " + against.title, against.label, "loss of normalised values",
                      std::move(series));
}

std::string training_losses(Records records, const Against& against) {
  std::vector<Series> series;
  for (std::size_t k = 0; k < records.size(); ++k)
    series.push_back({.name = records[k].label,
                      .points = in_unit(points_of(records[k].metrics.value.train, against.train,
                                                  &TrainPoint::loss),
                                        against.unit),
                      .colour = k});
  return curve_figure("Training loss " + against.title, against.label, "loss, mean of 10 batches",
                      std::move(series));
}

std::string validation_curves(Records records, const Against& against,
                              double ValidationPoint::*value, const char* title,
                              const char* label) {
  std::vector<Series> series;
  for (std::size_t k = 0; k < records.size(); ++k)
    add_validations(series, records, k, against, value, curve_name(records, k, "validation"),
                    records.size() == 1 ? 1 : k);
  return curve_figure(std::string(title) + " " + against.title, against.label, label,
                      std::move(series));
}

bool has_validations(Records records) {
  for (const auto& record : records)
    if (!record.metrics.value.validations.empty()) return true;
  return false;
}

std::string rollout_figure(Records records) {
  std::vector<Series> series;
  for (std::size_t k = 0; k < records.size(); ++k) {
    const auto& metrics = records[k].metrics.value;
    const std::string name = records.size() == 1 ? "" : records[k].label + ", ";
    series.push_back({.name = name + "predicted from predictions",
                      .points = points_of(metrics.rollouts, &ValidationPoint::samples,
                                          &ValidationPoint::relative_l2),
                      .colour = k + 2});
  }
  return curve_figure("Error of whole simulations against samples", "samples trained on",
                      "relative L2 error", std::move(series));
}

bool has_rollouts(Records records) {
  for (const auto& record : records)
    if (!record.metrics.value.rollouts.empty()) return true;
  return false;
}

}  // namespace

std::string losses_section(Records records) {
  std::vector<std::string> figures;
  const bool validated = has_validations(records);
  for (const auto& against : {samples(), time_of_training(records)}) {
    if (records.size() == 1) {
      figures.push_back(both_losses(records, against));
      continue;
    }
    figures.push_back(training_losses(records, against));
    if (validated)
      figures.push_back(validation_curves(records, against, &ValidationPoint::loss,
                                          "Validation loss", "loss of normalised values"));
  }
  if (validated)
    for (const auto& against : {samples(), time_of_training(records)})
      figures.push_back(validation_curves(records, against, &ValidationPoint::relative_l2,
                                          "Relative error", "relative L2 error"));
  if (has_rollouts(records)) figures.push_back(rollout_figure(records));
  std::string notes = problems(records, metrics_problem);
  if (!validated && notes.empty())
    notes = html::missing(
        "No validation was recorded: the study names no validation data set, or "
        "none was due yet");
  return html::section("losses", "Losses",
                       "Samples are counted as often as they were trained on. Time is that of the "
                       "training; what passes between two servers does not count.",
                       html::figures(figures) + notes);
}

}  // namespace weir

// Errors of the last validation by time step and by field.

#include "launcher/plot/text.h"
#include "launcher/report/curves.h"

namespace weir {
namespace {

using plot::Series;
using Fields = std::vector<FieldErrorRecord>;

std::vector<plot::Point> by_step(const std::vector<double>& values) {
  std::vector<plot::Point> points;
  for (std::size_t k = 0; k < values.size(); ++k)
    points.push_back({static_cast<double>(k), values[k]});
  return points;
}

std::string unit_of(const StudyRecord& record, const std::string& field) {
  for (const auto& one : record.study.value.simulation.fields)
    if (one.name == field && !one.unit.empty()) return one.unit;
  return "";
}

/// One curve a field, and of several studies a field of each.
void add_fields(std::vector<Series>& series, Records records, std::size_t k, const Fields& fields,
                std::vector<double> FieldErrorRecord::*steps, const std::string& suffix,
                bool dashed) {
  for (const auto& field : fields) {
    const std::string name = records.size() == 1
                                 ? field.name
                                 : records[k].label + (fields.size() > 1 ? ", " + field.name : "");
    series.push_back(
        {.name = name + suffix,
         .points = by_step(field.*steps),
         .colour = records.size() == 1 ? static_cast<std::size_t>(&field - fields.data()) : k,
         .dashed = dashed});
  }
}

std::string step_figure(Records records, const char* title, const char* label,
                        std::vector<double> FieldErrorRecord::*steps) {
  std::vector<Series> series;
  for (std::size_t k = 0; k < records.size(); ++k) {
    const auto& metrics = records[k].metrics.value;
    add_fields(series, records, k, metrics.fields, steps, "", false);
    add_fields(series, records, k, metrics.rollout_fields, steps, ", from predictions", true);
  }
  return curve_figure(title, "time step", label, std::move(series));
}

std::string with_unit(double value, const std::string& unit) {
  return plot::number(value) + (unit.empty() || value != value ? "" : " " + unit);
}

std::string field_table(Records records) {
  std::vector<std::vector<std::string>> rows = {{records.size() == 1 ? "field" : "study, field",
                                                 "mean squared error", "relative L2 error",
                                                 "largest error"}};
  for (const auto& record : records)
    for (const auto& field : record.metrics.value.fields) {
      const auto unit = unit_of(record, field.name);
      rows.push_back({records.size() == 1 ? field.name : record.label + ", " + field.name,
                      with_unit(field.mse, unit.empty() ? "" : unit + "²"),
                      plot::number(field.relative_l2), with_unit(field.maximum, unit)});
    }
  return html::table(rows);
}

bool has_fields(Records records) {
  for (const auto& record : records)
    if (!record.metrics.value.fields.empty()) return true;
  return false;
}

}  // namespace

std::string errors_section(Records records) {
  std::string body;
  if (has_fields(records))
    body = field_table(records) +
           html::figures({step_figure(records, "Relative error by time step", "relative L2 error",
                                      &FieldErrorRecord::step_relative_l2),
                          step_figure(records, "Largest error by time step",
                                      "largest error, in the field's unit",
                                      &FieldErrorRecord::step_maximum)});
  else
    body = html::missing(
        "No validation was recorded, so errors by field and time step are not "
        "known; \"validation\" in the study's file names a data set");
  return html::section("errors", "Errors by field and time step",
                       "Of the last validation, over simulations that were not trained on.", body);
}

}  // namespace weir

#pragma once
// What sections with curves share.

#include <string>
#include <vector>

#include "launcher/plot/chart.h"
#include "launcher/report/sections.h"

namespace weir {

/// The points of a list of records, by two of their members.
template <class Record>
std::vector<plot::Point> points_of(const std::vector<Record>& records, double Record::*x,
                                   double Record::*y) {
  std::vector<plot::Point> points;
  points.reserve(records.size());
  for (const auto& record : records) points.push_back({record.*x, record.*y});
  return points;
}

struct TimeUnit {
  double seconds = 1;
  std::string name = "seconds";
};

/// In which a time of that length is told.
TimeUnit time_unit(double seconds);
/// For the time axis of all trainings together.
TimeUnit training_unit(Records records);
/// The same with x, which is in seconds, in that unit.
std::vector<plot::Point> in_unit(std::vector<plot::Point> points, const TimeUnit& unit);

/// What a curve is called: of one study `what`, of several the study.
std::string curve_name(Records records, std::size_t k, const std::string& what);

/// A figure of curves; its y axis is logarithmic where the values ask for it.
std::string curve_figure(const std::string& title, const std::string& x, const std::string& y,
                         std::vector<plot::Series> series, const std::string& caption = "");

/// Problems of all records, a line each; of several with the study's label.
std::string problems(Records records, const std::string& (*problem)(const StudyRecord&));

const std::string& metrics_problem(const StudyRecord& record);

}  // namespace weir

#include "launcher/report/curves.h"

#include <algorithm>

namespace weir {

TimeUnit time_unit(double seconds) {
  if (seconds > 3 * 86400) return {86400, "days"};
  if (seconds > 3 * 3600) return {3600, "hours"};
  if (seconds > 300) return {60, "minutes"};
  return {};
}

TimeUnit training_unit(Records records) {
  double longest = 0;
  for (const auto& record : records)
    for (const auto& point : record.metrics.value.train) longest = std::max(longest, point.seconds);
  return time_unit(longest);
}

std::vector<plot::Point> in_unit(std::vector<plot::Point> points, const TimeUnit& unit) {
  for (auto& point : points) point.x /= unit.seconds;
  return points;
}

std::string curve_name(Records records, std::size_t k, const std::string& what) {
  return records.size() == 1 ? what : records[k].label;
}

std::string curve_figure(const std::string& title, const std::string& x, const std::string& y,
                         std::vector<plot::Series> series, const std::string& caption) {
  std::erase_if(series, [](const plot::Series& one) { return one.points.empty(); });
  plot::Chart chart;
  chart.about = title;
  chart.x.label = x;
  chart.y.label = y;
  chart.y.spacing = plot::spacing_for(series);
  chart.series = std::move(series);
  return html::figure(title, plot::svg(chart), caption);
}

std::string problems(Records records, const std::string& (*problem)(const StudyRecord&)) {
  std::string out;
  for (const auto& record : records) {
    const auto& text = problem(record);
    if (!text.empty())
      out += html::missing(records.size() == 1 ? text : record.label + ": " + text);
  }
  return out;
}

const std::string& metrics_problem(const StudyRecord& record) { return record.metrics.problem; }

}  // namespace weir

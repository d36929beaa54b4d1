// When jobs ran, servers began and checkpoints were published.

#include <algorithm>
#include <map>

#include "launcher/plot/text.h"
#include "launcher/plot/timeline.h"
#include "launcher/report/curves.h"

namespace weir {
namespace {

constexpr std::size_t colour_of[] = {2, 7, 4, 0};  // by JobEnd
constexpr std::size_t colour_of_checkpoints = 3;

struct Era {
  double start = 0;
  TimeUnit unit;
  double at(double time) const { return (time - start) / unit.seconds; }
};

Era era_of(const std::vector<JobRecord>& jobs) {
  double first = jobs[0].from, last = jobs[0].to;
  for (const auto& job : jobs) {
    first = std::min(first, job.from);
    last = std::max(last, job.to);
  }
  return {first, time_unit(last - first)};
}

plot::Track track_of(const StudyRecord& record, const Era& era, const char* name, bool server) {
  plot::Track track{.name = name, .spans = {}, .moments = {}};
  for (const auto& job : record.jobs.value)
    if (job.server == server)
      track.spans.push_back(
          {era.at(job.from), era.at(job.to), colour_of[static_cast<std::size_t>(job.end)]});
  return track;
}

plot::Track checkpoints_of(const StudyRecord& record, const Era& era) {
  plot::Track track{
      .name = "checkpoints", .spans = {}, .moments = {}, .colour = colour_of_checkpoints};
  for (const auto& checkpoint : record.metrics.value.checkpoints) {
    const double time = time_of(record.servers.value, checkpoint.seconds);
    if (time == time) track.moments.push_back({era.at(time), 0});
  }
  return track;
}

std::string jobs_figure(const StudyRecord& record) {
  const Era era = era_of(record.jobs.value);
  plot::Timeline timeline;
  timeline.about = "jobs of the study";
  timeline.x.label = era.unit.name + " since the first submission";
  timeline.tracks.push_back(track_of(record, era, "server", true));
  if (auto checkpoints = checkpoints_of(record, era); !checkpoints.moments.empty())
    timeline.tracks.push_back(std::move(checkpoints));
  timeline.tracks.push_back(track_of(record, era, "simulations", false));
  timeline.legend = {
      {.name = "ended well", .mark = plot::Mark::area, .colour = 2},
      {.name = "failed", .mark = plot::Mark::area, .colour = 7},
      {.name = "not wanted any more", .mark = plot::Mark::area, .colour = 4},
      {.name = "runs", .mark = plot::Mark::area, .colour = 0},
      {.name = "checkpoint", .mark = plot::Mark::line, .colour = colour_of_checkpoints}};
  return html::figures({html::figure("", plot::svg(timeline),
                                     "From the submission of each job to its end, the time in the "
                                     "queue of a batch system included.",
                                     true)});
}

std::string failure_table(const std::vector<JobRecord>& jobs) {
  std::map<std::string, std::size_t> reasons;
  for (const auto& job : jobs)
    if (job.end == JobEnd::failed) ++reasons[(job.server ? "server: " : "") + job.reason];
  if (reasons.empty()) return "";
  std::vector<std::vector<std::string>> rows = {{"why jobs failed", "jobs"}};
  for (const auto& [reason, count] : reasons) {
    if (rows.size() > 20) break;
    rows.push_back({reason, std::to_string(count)});
  }
  return html::table(rows);
}

}  // namespace

std::string timeline_section(const StudyRecord& record) {
  std::string body = html::missing(record.jobs.problem);
  if (!record.jobs.value.empty()) body = jobs_figure(record) + failure_table(record.jobs.value);
  if (!record.servers.problem.empty() && !record.jobs.value.empty())
    body += html::missing("Checkpoints are not shown: " + record.servers.problem);
  return html::section("timeline", "Jobs, restarts and checkpoints", "", body);
}

}  // namespace weir

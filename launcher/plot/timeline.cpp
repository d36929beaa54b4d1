#include "launcher/plot/timeline.h"

#include <algorithm>
#include <array>
#include <map>
#include <numeric>
#include <set>

#include "launcher/plot/chart.h"
#include "launcher/plot/text.h"
#include "src/core/evenly.h"

namespace weir::plot {
namespace {

constexpr std::size_t most_spans = 10000;
constexpr double tallest_track = 260, thickest_lane = 12, between_tracks = 8, least_length = 0.6;

/// A track with its place; y goes down.
struct Placed {
  const Track* track;
  std::vector<Span> spans;
  std::vector<std::size_t> lanes;
  double top = 0, pitch = thickest_lane;
  std::size_t count = 1;  ///< of lanes
  double height() const { return pitch * static_cast<double>(count); }
};

std::vector<Placed> placed_tracks(const Timeline& timeline, double top) {
  std::vector<Placed> all;
  for (const auto& track : timeline.tracks) {
    Placed one{.track = &track, .spans = some_of(track.spans, most_spans), .lanes = {}, .top = top};
    one.lanes = lanes_of(one.spans);
    for (const auto lane : one.lanes) one.count = std::max(one.count, lane + 1);
    one.pitch = std::min(thickest_lane, tallest_track / static_cast<double>(one.count));
    top += one.height() + between_tracks;
    all.push_back(std::move(one));
  }
  return all;
}

std::optional<Range> range_of_all(const Timeline& timeline) {
  if (timeline.x.range) return timeline.x.range;
  std::vector<double> values;
  for (const auto& track : timeline.tracks) {
    for (const auto& span : track.spans) values.insert(values.end(), {span.from, span.to});
    for (const auto& moment : track.moments) values.push_back(moment.x);
  }
  return range_of(values);
}

/// A path for each colour, its stroke as wide as a lane.
std::string draw_spans(const Placed& placed, const Scale& x) {
  std::map<std::size_t, std::string> paths;
  for (std::size_t k = 0; k < placed.spans.size(); ++k) {
    const auto& span = placed.spans[k];
    const double from = x(span.from), to = std::max(x(span.to), from + least_length);
    const double y = placed.top + placed.pitch * (static_cast<double>(placed.lanes[k]) + 0.5);
    paths[span.colour] += 'M' + coordinate(from) + "," + coordinate(y) + 'H' + coordinate(to);
  }
  std::string out;
  for (const auto& [colour, path] : paths)
    out += "<path class=\"span c" + std::to_string(colour % palette_size) +
           "\" style=\"stroke-width:" + coordinate(std::max(placed.pitch * 0.8, 0.5)) +
           "px\" d=\"" + path + "\"/>";
  return out;
}

std::string draw_moments(const Placed& placed, const Scale& x) {
  std::string path;
  for (const auto& moment : placed.track->moments)
    path += 'M' + coordinate(x(moment.x)) + "," + coordinate(placed.top) + "v" +
            coordinate(placed.height());
  if (path.empty()) return path;
  return "<path class=\"moment c" + std::to_string(placed.track->colour % palette_size) +
         "\" d=\"" + path + "\"/>";
}

double widest_name(const Timeline& timeline) {
  double width = 40;
  for (const auto& track : timeline.tracks) width = std::max(width, width_of(track.name));
  return width;
}

}  // namespace

std::vector<std::size_t> lanes_of(const std::vector<Span>& spans) {
  std::vector<std::size_t> order(spans.size()), lanes(spans.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return spans[a].from < spans[b].from; });
  std::set<std::size_t> free;
  std::multimap<double, std::size_t> taken;  // by end
  for (const auto k : order) {
    while (!taken.empty() && taken.begin()->first <= spans[k].from) {
      free.insert(taken.begin()->second);
      taken.erase(taken.begin());
    }
    lanes[k] = free.empty() ? taken.size() : *free.begin();
    free.erase(lanes[k]);
    taken.emplace(spans[k].to, lanes[k]);
  }
  return lanes;
}

std::string svg(const Timeline& timeline) {
  const auto range = range_of_all(timeline);
  if (!range) return empty_svg({timeline.width, 60}, timeline.about, "no jobs");
  const double rows = static_cast<double>(legend_rows(timeline.legend, timeline.width));
  const auto tracks = placed_tracks(timeline, 12 + 16 * rows);
  const double bottom = tracks.back().top + tracks.back().height() + 4;
  const Box box{widest_name(timeline) + 16, 8 + 16 * rows, timeline.width - 16, bottom};
  const Scale x(Spacing::linear, *range, box.left, box.right);
  const Size size{timeline.width, bottom + 38};
  std::string out = open_svg(size, timeline.about);
  for (const auto& tick : x.ticks(static_cast<std::size_t>(box.width() / 80))) {
    out += "<path class=\"grid\" d=\"M" + coordinate(tick.pixel) + "," + coordinate(box.top) + "V" +
           coordinate(bottom) + "\"/>";
    out += text_at(tick.pixel, bottom + 14, "middle", "tick", tick.text);
  }
  for (const auto& track : tracks) {
    out += text_at(box.left - 8, track.top + std::min(track.height() / 2, 40.0) + 4, "end", "tick",
                   track.track->name);
    out += draw_spans(track, x) + draw_moments(track, x);
  }
  out += text_at((box.left + box.right) / 2, size.height - 6, "middle", "label", timeline.x.label);
  return out + draw_legend(timeline.legend, timeline.width) + "</svg>";
}

}  // namespace weir::plot

#pragma once
// What ran when: bars in lanes, and marks at moments.

#include <cstddef>
#include <string>
#include <vector>

#include "launcher/plot/frame.h"

namespace weir::plot {

struct Span {
  double from = 0, to = 0;
  std::size_t colour = 0;
};

/// Spans of a track that overlap lie in lanes beside each other.
struct Track {
  std::string name;
  std::vector<Span> spans;
  std::vector<Point> moments;  ///< their x alone
  std::size_t colour = 0;      ///< of the moments
};

struct Timeline {
  std::string about;
  Axis x;
  std::vector<Track> tracks;
  std::vector<LegendEntry> legend;
  double width = 940;
};

/// The lane of each span, the lowest that is free when it begins; lanes are counted from 0.
std::vector<std::size_t> lanes_of(const std::vector<Span>& spans);

/// 10 000 spans of a track at most, evenly taken. Without tracks it says so.
std::string svg(const Timeline& timeline);

}  // namespace weir::plot

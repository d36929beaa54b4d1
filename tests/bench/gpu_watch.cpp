#include "tests/bench/gpu_watch.h"

#include <algorithm>
#include <charconv>
#include <numeric>
#include <vector>

#include "src/core/file_system.h"
#include "src/core/lines.h"

namespace weir::bench {

std::optional<double> idle_share(std::string_view percents) {
  std::vector<double> busy;
  for_each_line(percents, [&](std::string_view line) {
    double percent = 0;
    if (std::from_chars(line.data(), line.data() + line.size(), percent).ec == std::errc())
      busy.push_back(percent / 100);
  });
  const auto runs = [](double share) { return share > 0; };
  const auto first = std::find_if(busy.begin(), busy.end(), runs);
  const auto last = std::find_if(busy.rbegin(), busy.rend(), runs).base();
  if (first == busy.end()) return std::nullopt;
  return 1 - std::accumulate(first, last, 0.0) / static_cast<double>(last - first);
}

GpuWatch::GpuWatch()
    : process_(Process::spawn({.command = {"nvidia-smi", "--id=0", "--query-gpu=utilization.gpu",
                                           "--format=csv,noheader,nounits", "--loop-ms=200"},
                               .environment = {},
                               .directory = {},
                               .log = (folder_ / "busy").string(),
                               .errors = (folder_ / "errors").string()})) {}

GpuWatch::~GpuWatch() { process_.kill_tree(); }

std::optional<double> GpuWatch::idle() {
  process_.kill_tree();
  process_.wait(std::chrono::seconds(10));
  return idle_share(posix_file_system().read(folder_ / "busy"));
}

}  // namespace weir::bench

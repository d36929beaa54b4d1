#include "launcher/report/draw_record.h"

#include <limits>
#include <map>
#include <unordered_map>

#include "src/core/error.h"
#include "src/core/lineage_file.h"

namespace weir {
namespace {

constexpr std::size_t most_draws = 400000;
constexpr std::size_t most_arrivals = 4000000;  // that are remembered; further ones are not told
using Kind = LineageEvent::Kind;

class DrawReader {
 public:
  DrawReader(bool arrivals, std::uint64_t steps) : arrivals_(arrivals), steps_(steps) {}

  void add(const LineageEvent& event) {
    if (event.kind == Kind::begin && !event.ids.empty()) filling_[event.number] = event.ids[0];
    if (event.kind == Kind::commit) commit(event.number);
    if (event.kind == Kind::abandon) filling_.erase(event.number);
    if (event.kind == Kind::restored) filling_.clear();
    if (event.kind != Kind::draw) return;
    for (const auto id : event.ids) add_draw(id);
  }

  DrawRecord take() {
    record_.arrived = arrived_;
    return std::move(record_);
  }

 private:
  std::uint64_t key(SampleId id) const { return id.sim * steps_ + id.step; }

  void commit(std::uint64_t slot) {
    const auto found = filling_.find(slot);
    if (found == filling_.end()) return;
    if (order_.size() < most_arrivals) order_[key(found->second)] = arrived_;
    ++arrived_;
    filling_.erase(found);
  }

  void add_draw(SampleId id) {
    const double number = record_.drawn++;
    if (seen_++ % every_ != 0) return;
    const auto place = order_.find(key(id));
    record_.draws.push_back({number, static_cast<double>(id.step), static_cast<double>(id.sim),
                             arrivals_ && place != order_.end()
                                 ? place->second
                                 : std::numeric_limits<double>::quiet_NaN()});
    if (record_.draws.size() == most_draws) halve();
  }

  void halve() {
    auto& draws = record_.draws;
    for (std::size_t k = 0; 2 * k < draws.size(); ++k) draws[k] = draws[2 * k];
    draws.resize((draws.size() + 1) / 2);
    every_ *= 2;
  }

  const bool arrivals_;
  const std::uint64_t steps_;
  std::map<std::uint64_t, SampleId> filling_;
  std::unordered_map<std::uint64_t, double> order_;
  double arrived_ = 0;
  std::size_t every_ = 1, seen_ = 0;
  DrawRecord record_;
};

}  // namespace

DrawRecord read_draws(FileSystem& files, const StudyDirectory& directory) {
  if (!files.exists(directory.lineage(0)))
    throw Error(ErrorKind::input,
                "the study kept no lineage; \"lineage\": true in its file shows which samples were "
                "drawn when, \"reproducible\": true when they came as well");
  LineageReader log(files, directory.lineage(0));
  DrawReader reader(log.header().reproducible, std::max<std::uint64_t>(log.header().steps, 1));
  while (const LineageEvent* event = log.next()) reader.add(*event);
  DrawRecord record = reader.take();
  record.ranks = log.header().ranks;
  return record;
}

}  // namespace weir

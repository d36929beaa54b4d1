#include "src/core/lineage_check.h"

#include <algorithm>
#include <limits>
#include <memory>

#include "src/core/ledger.h"
#include "src/core/lineage_file.h"

namespace weir {
namespace {

constexpr std::size_t most_problems = 20;
using Kind = LineageEvent::Kind;

std::string name_of(SampleId id) {
  return "step " + std::to_string(id.step) + " of simulation " + std::to_string(id.sim);
}

/// One rank's log against its ledger.
class RankCheck {
 public:
  RankCheck(FileSystem& files, const StudyDirectory& directory, std::size_t rank,
            std::vector<bool>& batches, LineageReport& report)
      : reader_(files, directory.lineage(rank)),
        ledger_(Ledger::load(files, directory.ledger(rank))),
        drawn_(ledger_.steps(), ledger_.rank(), ledger_.ranks(), ledger_.routing()),
        rank_(rank),
        batches_(batches),
        report_(report) {}

  /// Whether the rank ended with all its samples used up.
  bool run() {
    const LineageHeader expected{.reproducible = reader_.header().reproducible,
                                 .steps = ledger_.steps(),
                                 .rank = rank_,
                                 .ranks = ledger_.ranks(),
                                 .lead = reader_.header().lead};
    if (reader_.header() != expected || ledger_.rank() != rank_) {
      problem("log and ledger are not of the same study and rank");
      return false;
    }
    while (const LineageEvent* event = reader_.next()) look_at(*event);
    if (reader_.torn_bytes() > 0) {
      problem(std::to_string(reader_.torn_bytes()) + " bytes at the end are cut or damaged");
    }
    count_untrained();
    report_.trained += drawn_.counts().unique;
    return exhausted_;
  }

 private:
  void problem(const std::string& what) {
    if (++problems_ <= most_problems) {
      report_.problems.push_back("rank " + std::to_string(rank_) + ": " + what);
    }
  }

  void look_at(const LineageEvent& event) {
    exhausted_ = event.kind == Kind::end && event.number == 1;
    if (event.kind == Kind::gap) {
      problem("the log is incomplete: events after batch " + std::to_string(last_batch_) +
              " are missing");
    }
    if (event.kind == Kind::draw) look_at_draw(event);
  }

  void look_at_draw(const LineageEvent& event) {
    const std::uint64_t batch = event.number;
    if (batch <= last_batch_) {
      problem("batch " + std::to_string(batch) + " follows batch " + std::to_string(last_batch_));
    }
    last_batch_ = std::max(last_batch_, batch);
    // Numbers are counted up one by one: a number out of nowhere is a problem, not an allocation.
    constexpr std::uint64_t most_batches = std::uint64_t{1} << 36;
    if (batch < most_batches) {
      batches_.resize(std::max<std::size_t>(batches_.size(), batch + 1));
      batches_[batch] = true;
    }
    report_.batches = std::max(report_.batches, batch);
    report_.drawn += event.ids.size();
    for (const SampleId id : event.ids) look_at_sample(batch, id);
  }

  void look_at_sample(std::uint64_t batch, SampleId id) {
    const std::string drawn = "batch " + std::to_string(batch) + " trained on " + name_of(id);
    if (id.step >= ledger_.steps()) return problem(drawn + ", which the study does not have");
    if (rank_of(id, ledger_.ranks(), ledger_.routing()) != rank_)
      return problem(drawn + ", of another rank");
    if (!ledger_.contains(id)) return problem(drawn + ", which the ledger does not know");
    if (!drawn_.contains(id)) drawn_.accept(id);
  }

  /// The first steps of a simulation, and those that follow a dropped one, are no pair's target.
  bool trainable(SampleId id) const {
    const std::uint64_t lead = reader_.header().lead;
    return id.step >= lead && ledger_.accepted({id.sim, id.step - lead});
  }

  void count_untrained() {
    for (const SampleId id : ledger_.accepted()) {
      if (drawn_.contains(id) || !trainable(id)) continue;
      ++report_.untrained;
      if (exhausted_) problem("no batch trained on " + name_of(id));
    }
  }

  LineageReader reader_;
  Ledger ledger_, drawn_;
  std::size_t rank_;
  std::vector<bool>& batches_;
  LineageReport& report_;
  std::uint64_t last_batch_ = 0;
  std::size_t problems_ = 0;
  bool exhausted_ = false;
};

std::size_t ranks_of(FileSystem& files, const StudyDirectory& directory) {
  return LineageReader(files, directory.lineage(0)).header().ranks;
}

/// A log of which the next draw is known.
class Draws {
 public:
  Draws(FileSystem& files, const Path& path) : reader_(files, path) { advance(); }

  /// The batch of the draw; the largest number when there is none.
  std::uint64_t batch() const {
    return event_ == nullptr ? std::numeric_limits<std::uint64_t>::max() : event_->number;
  }
  const std::vector<SampleId>& ids() const { return event_->ids; }
  bool more() const { return event_ != nullptr; }
  void advance() {
    do {
      event_ = reader_.next();
    } while (event_ != nullptr && event_->kind != Kind::draw);
  }

 private:
  LineageReader reader_;
  const LineageEvent* event_ = nullptr;
};

}  // namespace

LineageReport check_lineage(FileSystem& files, const StudyDirectory& directory) {
  LineageReport report;
  std::vector<bool> batches;
  const std::size_t ranks = ranks_of(files, directory);
  report.exhausted = true;
  for (std::size_t rank = 0; rank < ranks; ++rank) {
    const bool exhausted = RankCheck(files, directory, rank, batches, report).run();
    report.exhausted = report.exhausted && exhausted;
  }
  std::size_t missing = 0;
  for (std::size_t batch = 1; batch < batches.size(); ++batch) {
    if (batches[batch] || ++missing > most_problems) continue;
    report.problems.push_back("no rank has batch " + std::to_string(batch));
  }
  return report;
}

void for_each_drawn(FileSystem& files, const StudyDirectory& directory,
                    const std::function<void(std::uint64_t batch, SampleId id)>& each) {
  std::vector<std::unique_ptr<Draws>> ranks;
  for (std::size_t rank = 0; rank < ranks_of(files, directory); ++rank) {
    ranks.push_back(std::make_unique<Draws>(files, directory.lineage(rank)));
  }
  while (true) {
    const auto first =
        std::min_element(ranks.begin(), ranks.end(),
                         [](const auto& a, const auto& b) { return a->batch() < b->batch(); });
    if (first == ranks.end() || !(*first)->more()) return;
    for (const SampleId id : (*first)->ids()) each((*first)->batch(), id);
    (*first)->advance();
  }
}

}  // namespace weir

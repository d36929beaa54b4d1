#pragma once
// Which parameters the simulations get that nobody was told of yet: proposals, drawn anew from time
// to time by a strategy where the surrogate is weak.

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "server/sampling/design.h"
#include "server/sampling/parameter_file.h"
#include "server/sampling/relative_losses.h"
#include "server/sampling/strategy.h"
#include "src/study/study.h"

namespace weir {

/// What a redraw did; for the metrics.
struct RedrawReport {
  std::size_t seen = 0;      ///< simulations that the strategy was told of
  std::size_t redrawn = 0;   ///< by the strategy
  std::size_t explored = 0;  ///< by the design
};

/// Rank 0's. Deterministic from the study's seed and what it is told. Not thread-safe.
class Redraws {
 public:
  /// `study` and `design` (the study's own) outlive it. `name`: of the strategy, for texts.
  Redraws(const Study& study, const Design& design, std::shared_ptr<SamplingStrategy> strategy,
          std::string name);

  /// With which parameters `sim` would run if it were submitted now.
  ParameterRow proposal(std::uint64_t sim) const;

  /// New proposals for `open`: simulations of which nobody was told, ascending. `values` gives the
  /// parameters of those in `evidence`. Does nothing while fewer simulations were seen than the
  /// study has parameters, plus 2. Error{study}: the strategy gave another number of points than
  /// it was asked for, a point of another size or outside the unit cube; or it threw. Then the
  /// proposals are as before.
  RedrawReport redraw(const Evidence& evidence, const Design& values,
                      std::span<const std::uint64_t> open);

  /// It was settled: nothing is proposed for it any more.
  void forget(std::uint64_t sim) { state_.proposals.erase(sim); }

  /// What a cut keeps. Value type.
  struct State {
    std::uint64_t redraws = 0;
    /// The first simulation that was ever redrawn: from it on, exploring ones take the design's
    /// points in turn, so that a low-discrepancy sequence goes on without gaps.
    std::uint64_t first = 0;
    std::map<std::uint64_t, ParameterRow> proposals;
    bool operator==(const State&) const = default;
  };
  const State& state() const { return state_; }
  void restore(State state) { state_ = std::move(state); }

 private:
  bool explores(std::uint64_t sim) const;
  ParameterRow explored(std::uint64_t sim) const;
  std::vector<SeenSimulation> seen(const Evidence& evidence, const Design& values) const;
  std::vector<std::vector<double>> ask(const RedrawRequest& request) const;
  std::vector<double> unit_point(const std::vector<double>& values) const;
  std::vector<double> physical(const std::vector<double>& point) const;

  const Study& study_;
  const Design& design_;
  const std::shared_ptr<SamplingStrategy> strategy_;
  const std::string name_;
  State state_;
};

}  // namespace weir

#pragma once
// Rank 0's view of the ensemble: which simulation runs next, what became of each, and when nothing
// more is to come.

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "server/sampling/design.h"
#include "src/study/study.h"

namespace weir {

struct SimulationCounts {
  std::size_t expected = 0;   ///< the study's count, plus replacements
  std::size_t finished = 0;   ///< every rank has all its steps
  std::size_t failed = 0;     ///< given up: restarts used up, or refused
  std::size_t restarted = 0;  ///< attempts after a first one
};

/// One start of a simulation that the launcher is asked for.
struct Attempt {
  std::uint64_t sim = 0, attempt = 0;
  auto operator<=>(const Attempt&) const = default;
};

/// pending → asked → (ended) → finished | pending again (restart) | failed. A simulation is
/// finished as soon as every rank has all its steps, whatever its job does. Not thread-safe.
class SimulationTable {
 public:
  /// `study` and `design` outlive the table.
  SimulationTable(const Study& study, const Design& design, std::size_t ranks);

  /// The next attempt to start, lowest number first; it counts as asked for then.
  std::optional<Attempt> next();
  /// Attempts asked for whose job has not ended.
  const std::set<Attempt>& outstanding() const { return outstanding_; }

  /// The job of an attempt has ended. `success` only says how the program exited: what counts is
  /// whether its steps came. An attempt that is not outstanding is ignored (a repeated report, or
  /// one fenced since).
  void ended(Attempt attempt, bool success, const std::string& reason);
  /// Server rank `rank` has all its steps of `sim`.
  void completed(std::uint64_t sim, std::size_t rank);
  /// A server rank refuses the simulation's values for good: another attempt would send the same.
  void refused(std::uint64_t sim);
  /// A round of agreement has passed: what was accepted before it is known. Jobs that exited two
  /// rounds ago without their steps having come have failed.
  void round();

  /// Nothing more will come: every simulation is finished or failed.
  bool over() const;
  SimulationCounts counts() const;
  /// Why simulations failed or were restarted, one sentence each, since the last call.
  std::vector<std::string> take_notices();

 private:
  enum class State { pending, asked, ended, finished, failed };
  struct Simulation {
    State state = State::pending;
    std::uint64_t attempt = 0;
    std::set<std::size_t> complete_on;  ///< ranks
    bool refused = false;
    std::size_t rounds_since_end = 0;
    std::string reason;
  };

  Simulation& add(std::uint64_t sim);
  void fail(std::uint64_t sim, Simulation& simulation, const std::string& reason);
  void give_up(std::uint64_t sim, Simulation& simulation, const std::string& reason);
  void replace(std::uint64_t sim);

  const Study& study_;
  const Design& design_;
  std::size_t ranks_;
  std::map<std::uint64_t, Simulation> simulations_;
  std::set<std::uint64_t> pending_;
  std::set<std::uint64_t> ended_;
  std::set<Attempt> outstanding_;
  std::uint64_t next_replacement_;
  std::size_t open_ = 0;  ///< neither finished nor failed
  SimulationCounts counts_;
  std::vector<std::string> notices_;
};

}  // namespace weir

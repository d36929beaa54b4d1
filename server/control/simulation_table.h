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
#include "src/core/sample_id.h"
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

/// What of a simulation outlives the server. That it is finished does not belong to it: the ledgers
/// say so.
struct SimulationRecord {
  std::uint64_t sim = 0;
  std::uint64_t attempt = 0;   ///< the one that runs, or is to run
  std::uint64_t failures = 0;  ///< attempts that failed by themselves
  bool given_up = false;
  bool operator==(const SimulationRecord&) const = default;
};

/// Value type.
struct TableState {
  std::vector<SimulationRecord> simulations;  ///< ascending; without those that are as at the start
  std::uint64_t restarted = 0;
  std::uint64_t next_replacement = 0;  ///< all simulations below it have been drawn
  bool operator==(const TableState&) const = default;
};

/// pending → asked → (ended) → finished | pending again (restart) | failed. A simulation is
/// finished as soon as every rank has all its steps, whatever its job does. Attempt numbers of a
/// simulation never go down and none is asked for twice. Not thread-safe.
class SimulationTable {
 public:
  /// `study` and `design` outlive the table.
  SimulationTable(const Study& study, const Design& design, std::size_t ranks);

  /// The next attempt to start, lowest number first; it counts as asked for then. Nothing while the
  /// design has not settled the parameters of that simulation.
  std::optional<Attempt> next();
  /// Those of the first `among` to start whose parameters are not settled, ascending.
  std::vector<std::uint64_t> unsettled(std::size_t among) const;
  /// Attempts asked for whose job has not ended.
  const std::set<Attempt>& outstanding() const { return outstanding_; }
  /// Why the attempt takes the place of the one before it; empty: it is the first, or nobody knows.
  std::string why_replaced(Attempt attempt) const;

  /// The job of an attempt has ended. `success` only says how the program exited: what counts is
  /// whether its steps came. An attempt that is not outstanding is ignored (a repeated report), and
  /// so is one of the past. `blameless`: this does not count against simulation.restarts.
  void ended(Attempt attempt, bool success, const std::string& reason, bool blameless = false);
  /// The attempt cannot go on although its job may still run: a later one takes its place.
  /// `blameless`: this does not count against simulation.restarts. Ignored unless the attempt is
  /// the one that was asked for.
  void broken(Attempt attempt, bool blameless, const std::string& reason);
  /// A launcher knows the attempt, the highest of its simulation that was ever submitted. Alive, it
  /// counts as asked for, whatever this table knew; ended, the next one is higher.
  void adopt(Attempt attempt, bool alive);
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
  /// Attempts that have become the lowest of their simulation that counts, since the last call;
  /// no_attempt: none counts any more.
  std::vector<Attempt> take_fences();

  TableState save() const;
  /// Before anything else is called: everything that was not given up is pending, until completed()
  /// or adopt() says otherwise. Precondition: `state` came from save() of the same study.
  void restore(const TableState& state);

 private:
  enum class State { pending, asked, ended, finished, failed };
  struct Simulation {
    State state = State::pending;
    std::uint64_t attempt = 0, failures = 0;
    std::set<std::size_t> complete_on;  ///< ranks
    std::size_t rounds_since_end = 0;
    bool blameless = false;  ///< the end
    std::string reason;      ///< of the end
    std::string replaced;    ///< why `attempt` replaces the one before it
  };
  struct Known {  ///< to a launcher
    std::uint64_t attempt = 0;
    bool alive = false;
  };

  bool closed(const Simulation& simulation) const {
    return simulation.state == State::finished || simulation.state == State::failed;
  }
  void add(std::uint64_t sim);
  void raise(std::uint64_t sim, Simulation& simulation, std::uint64_t attempt);
  void fail(std::uint64_t sim, Simulation& simulation, bool blameless, const std::string& reason);
  void give_up(std::uint64_t sim, Simulation& simulation, const std::string& reason);
  void replace(std::uint64_t sim);

  const Study& study_;
  const Design& design_;
  std::size_t ranks_;
  std::map<std::uint64_t, Simulation> simulations_;
  std::set<std::uint64_t> pending_;
  std::set<std::uint64_t> ended_;
  std::set<Attempt> outstanding_;
  std::map<std::uint64_t, Known> unborn_;  ///< attempts of simulations that this table has not
                                           ///< drawn yet, but a former server had
  std::uint64_t next_replacement_;
  std::size_t open_ = 0;  ///< neither finished nor failed
  SimulationCounts counts_;
  std::vector<std::string> notices_;
  std::vector<Attempt> fences_;
};

}  // namespace weir

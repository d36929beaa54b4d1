#include "server/control/simulation_table.h"

#include <utility>

namespace weir {

SimulationTable::SimulationTable(const Study& study, const Design& design, std::size_t ranks)
    : study_(study), design_(design), ranks_(ranks), next_replacement_(study.simulation.count) {
  for (std::uint64_t sim = 0; sim < study.simulation.count; ++sim) add(sim);
}

SimulationTable::Simulation& SimulationTable::add(std::uint64_t sim) {
  pending_.insert(sim);
  ++open_;
  ++counts_.expected;
  return simulations_[sim];
}

std::optional<Attempt> SimulationTable::next() {
  if (pending_.empty()) return std::nullopt;
  const std::uint64_t sim = *pending_.begin();
  pending_.erase(pending_.begin());
  Simulation& simulation = simulations_.at(sim);
  simulation.state = State::asked;
  const Attempt attempt{sim, simulation.attempt};
  outstanding_.insert(attempt);
  return attempt;
}

void SimulationTable::ended(Attempt attempt, bool success, const std::string& reason) {
  if (outstanding_.erase(attempt) == 0) return;
  Simulation& simulation = simulations_.at(attempt.sim);
  if (simulation.state != State::asked) return;
  // Steps accepted just before the end are known here a round or two later: only then is it
  // decided.
  simulation.state = State::ended;
  simulation.rounds_since_end = 0;
  simulation.reason = success ? "it ended without sending all its steps" : reason;
  ended_.insert(attempt.sim);
}

void SimulationTable::completed(std::uint64_t sim, std::size_t rank) {
  const auto found = simulations_.find(sim);
  if (found == simulations_.end()) return;
  Simulation& simulation = found->second;
  simulation.complete_on.insert(rank);
  if (simulation.complete_on.size() < ranks_) return;
  if (simulation.state == State::finished || simulation.state == State::failed) return;
  simulation.state = State::finished;
  pending_.erase(sim);
  ended_.erase(sim);
  ++counts_.finished;
  --open_;
}

void SimulationTable::refused(std::uint64_t sim) {
  const auto found = simulations_.find(sim);
  if (found == simulations_.end()) return;
  Simulation& simulation = found->second;
  if (simulation.state == State::finished || simulation.state == State::failed) return;
  simulation.refused = true;
  give_up(sim, simulation, "it sent values that are not finite");
}

void SimulationTable::round() {
  const std::set<std::uint64_t> ended = ended_;
  for (const std::uint64_t sim : ended) {
    Simulation& simulation = simulations_.at(sim);
    if (++simulation.rounds_since_end >= 2) fail(sim, simulation, simulation.reason);
  }
}

void SimulationTable::fail(std::uint64_t sim, Simulation& simulation, const std::string& reason) {
  ended_.erase(sim);
  if (simulation.attempt >= study_.simulation.restarts) {
    give_up(sim, simulation, reason);
    return;
  }
  ++simulation.attempt;
  ++counts_.restarted;
  simulation.state = State::pending;
  pending_.insert(sim);
  notices_.push_back("simulation " + std::to_string(sim) + " is restarted (attempt " +
                     std::to_string(simulation.attempt) + "): " + reason);
}

void SimulationTable::give_up(std::uint64_t sim, Simulation& simulation,
                              const std::string& reason) {
  simulation.state = State::failed;
  pending_.erase(sim);
  ended_.erase(sim);
  --open_;
  ++counts_.failed;
  notices_.push_back("simulation " + std::to_string(sim) + " is given up after attempt " +
                     std::to_string(simulation.attempt) + ": " + reason);
  if (study_.simulation.when_exhausted == Exhausted::replace) replace(sim);
}

void SimulationTable::replace(std::uint64_t sim) {
  // A study whose every simulation fails must end: at most one replacement for each simulation that
  // it asked for.
  if (next_replacement_ >= 2 * study_.simulation.count || !design_.parameters(next_replacement_)) {
    notices_.push_back("no further draw is left to replace simulation " + std::to_string(sim));
    return;
  }
  notices_.push_back("simulation " + std::to_string(next_replacement_) + " replaces simulation " +
                     std::to_string(sim));
  add(next_replacement_++);
}

bool SimulationTable::over() const { return open_ == 0; }

SimulationCounts SimulationTable::counts() const { return counts_; }

std::vector<std::string> SimulationTable::take_notices() { return std::exchange(notices_, {}); }

}  // namespace weir

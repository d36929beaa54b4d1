#include "server/control/simulation_table.h"

#include <utility>

#include "src/core/planted_bug.h"

namespace weir {

SimulationTable::SimulationTable(const Study& study, const Design& design, std::size_t ranks)
    : study_(study), design_(design), ranks_(ranks), next_replacement_(study.simulation.count) {
  for (std::uint64_t sim = 0; sim < study.simulation.count; ++sim) add(sim);
}

void SimulationTable::add(std::uint64_t sim) {
  pending_.insert(sim);
  ++open_;
  ++counts_.expected;
  simulations_[sim] = {};
  if (const auto known = unborn_.extract(sim))
    adopt({sim, known.mapped().attempt}, known.mapped().alive);
}

std::optional<Attempt> SimulationTable::next() {
  if (pending_.empty()) return std::nullopt;
  const std::uint64_t sim = *pending_.begin();
  if (!design_.is_settled(sim)) return std::nullopt;
  pending_.erase(pending_.begin());
  Simulation& simulation = simulations_.at(sim);
  simulation.state = State::asked;
  const Attempt attempt{sim, simulation.attempt};
  outstanding_.insert(attempt);
  return attempt;
}

std::vector<std::uint64_t> SimulationTable::unsettled(std::size_t among) const {
  std::vector<std::uint64_t> unsettled;
  for (auto sim = pending_.begin(); sim != pending_.end() && among > 0; ++sim, --among)
    if (!design_.is_settled(*sim)) unsettled.push_back(*sim);
  return unsettled;
}

std::string SimulationTable::why_replaced(Attempt attempt) const {
  const auto found = simulations_.find(attempt.sim);
  const bool known = found != simulations_.end() && found->second.attempt == attempt.attempt;
  return known ? found->second.replaced : "";
}

void SimulationTable::ended(Attempt attempt, bool success, const std::string& reason,
                            bool blameless) {
  if (outstanding_.erase(attempt) == 0) return;
  const auto found = simulations_.find(attempt.sim);
  if (found == simulations_.end()) {
    unborn_[attempt.sim].alive = false;
    return;
  }
  Simulation& simulation = found->second;
  if (simulation.state != State::asked) return;
  if (simulation.attempt != attempt.attempt && !WEIR_BUG("past_end_counted")) return;
  // Steps accepted just before the end are known here a round or two later: only then is it
  // decided.
  simulation.state = State::ended;
  simulation.rounds_since_end = 0;
  simulation.blameless = blameless;
  simulation.reason = success ? "it ended without sending all its steps" : reason;
  ended_.insert(attempt.sim);
}

void SimulationTable::broken(Attempt attempt, bool blameless, const std::string& reason) {
  const auto found = simulations_.find(attempt.sim);
  if (found == simulations_.end()) return;
  Simulation& simulation = found->second;
  const bool runs = simulation.state == State::asked || simulation.state == State::ended;
  if (!runs || simulation.attempt != attempt.attempt) return;
  // The launcher ends the job when it is asked for the next attempt; a hung one must not keep its
  // place until then.
  outstanding_.erase(attempt);
  fail(attempt.sim, simulation, blameless, reason);
}

void SimulationTable::adopt(Attempt attempt, bool alive) {
  const auto found = simulations_.find(attempt.sim);
  const bool past = found != simulations_.end() && attempt.attempt < found->second.attempt;
  if (past) return;  // it may have been given up as hung: it keeps no place
  if (alive) outstanding_.insert(attempt);
  if (found == simulations_.end()) {
    unborn_[attempt.sim] = {attempt.attempt, alive};
    return;
  }
  Simulation& simulation = found->second;
  if (closed(simulation)) {
    if (!alive) outstanding_.erase(attempt);
    return;
  }
  if (simulation.state == State::asked && attempt.attempt == simulation.attempt) {
    if (!alive) ended(attempt, false, "its job has ended");
    return;
  }
  if (simulation.state == State::ended && attempt.attempt == simulation.attempt) return;
  ended_.erase(attempt.sim);
  const bool again = alive || WEIR_BUG("attempt_repeated");
  raise(attempt.sim, simulation, again ? attempt.attempt : attempt.attempt + 1);
  simulation.state = alive ? State::asked : State::pending;
  if (alive)
    pending_.erase(attempt.sim);
  else
    pending_.insert(attempt.sim);
}

void SimulationTable::raise(std::uint64_t sim, Simulation& simulation, std::uint64_t attempt) {
  if (attempt == simulation.attempt) return;
  counts_.restarted += attempt - simulation.attempt;
  simulation.attempt = attempt;
  simulation.replaced.clear();
  fences_.push_back({sim, attempt});
}

void SimulationTable::completed(std::uint64_t sim, std::size_t rank) {
  const auto found = simulations_.find(sim);
  if (found == simulations_.end()) return;
  Simulation& simulation = found->second;
  simulation.complete_on.insert(rank);
  if (simulation.complete_on.size() < ranks_) return;
  if (closed(simulation)) return;
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
  if (closed(simulation)) return;
  give_up(sim, simulation, "it sent values that are not finite");
}

void SimulationTable::round() {
  const std::set<std::uint64_t> ended = ended_;
  for (const std::uint64_t sim : ended) {
    Simulation& simulation = simulations_.at(sim);
    if (++simulation.rounds_since_end >= 2)
      fail(sim, simulation, simulation.blameless, simulation.reason);
  }
}

void SimulationTable::fail(std::uint64_t sim, Simulation& simulation, bool blameless,
                           const std::string& reason) {
  ended_.erase(sim);
  if (!blameless && simulation.failures++ >= study_.simulation.restarts) {
    give_up(sim, simulation, reason);
    return;
  }
  raise(sim, simulation, simulation.attempt + 1);
  simulation.replaced = reason;
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
  fences_.push_back({sim, no_attempt});
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

std::vector<Attempt> SimulationTable::take_fences() { return std::exchange(fences_, {}); }

TableState SimulationTable::save() const {
  TableState state;
  for (const auto& [sim, simulation] : simulations_) {
    const bool given_up = simulation.state == State::failed;
    if (simulation.attempt > 0 || simulation.failures > 0 || given_up)
      state.simulations.push_back({sim, simulation.attempt, simulation.failures, given_up});
  }
  state.restarted = counts_.restarted;
  state.next_replacement = next_replacement_;
  return state;
}

void SimulationTable::restore(const TableState& state) {
  counts_.restarted = state.restarted;
  for (; next_replacement_ < state.next_replacement; ++next_replacement_) add(next_replacement_);
  for (const SimulationRecord& record : state.simulations) {
    Simulation& simulation = simulations_.at(record.sim);
    simulation.attempt = record.attempt;
    simulation.failures = record.failures;
    if (record.given_up)
      fences_.push_back({record.sim, no_attempt});
    else if (record.attempt > 0)
      fences_.push_back({record.sim, record.attempt});
    if (!record.given_up) continue;
    simulation.state = State::failed;
    pending_.erase(record.sim);
    --open_;
    ++counts_.failed;
  }
}

}  // namespace weir

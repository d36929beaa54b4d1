#include "src/core/ledger.h"

#include <cassert>

#include "src/core/planted_bug.h"

namespace weir {
namespace {

bool has(const std::vector<std::uint8_t>& bits, std::uint64_t step) {
  return (bits[step / 8] >> (step % 8)) & 1;
}

void set(std::vector<std::uint8_t>& bits, std::uint64_t step) {
  bits[step / 8] = static_cast<std::uint8_t>(bits[step / 8] | (1u << (step % 8)));
}

}  // namespace

Ledger::Ledger(std::size_t steps, std::size_t rank, std::size_t ranks, Routing routing)
    : steps_(steps), rank_(rank), ranks_(ranks), routing_(routing) {}

bool Ledger::contains(SampleId id) const {
  assert(id.step < steps_);
  const auto found = simulations_.find(id.sim);
  if (found == simulations_.end()) return false;
  return has(found->second.accepted, id.step) || has(found->second.dropped, id.step);
}

bool Ledger::accepted(SampleId id) const {
  assert(id.step < steps_);
  const auto found = simulations_.find(id.sim);
  return found != simulations_.end() && has(found->second.accepted, id.step);
}

bool Ledger::accept(SampleId id) { return mark(id, &Simulation::accepted, counts_.unique); }

bool Ledger::drop(SampleId id) { return mark(id, &Simulation::dropped, counts_.dropped); }

bool Ledger::mark(SampleId id, Bits Simulation::*bits, std::size_t& count) {
  if (contains(id) && !WEIR_BUG("ledger_counts_twice")) {
    ++counts_.duplicate;
    return false;
  }
  Simulation& simulation = at(id.sim);
  set(simulation.*bits, id.step);
  ++simulation.known;
  ++count;
  return true;
}

Ledger::Simulation& Ledger::at(std::uint64_t sim) {
  Simulation& simulation = simulations_[sim];
  simulation.accepted.resize(bitmap_size());
  simulation.dropped.resize(bitmap_size());
  return simulation;
}

std::vector<std::uint8_t> Ledger::held(std::uint64_t sim) const {
  const auto found = simulations_.find(sim);
  if (found == simulations_.end()) return std::vector<std::uint8_t>(bitmap_size());
  std::vector<std::uint8_t> bits = found->second.accepted;
  for (std::size_t k = 0; k < bits.size(); ++k) bits[k] |= found->second.dropped[k];
  return bits;
}

bool Ledger::complete(std::uint64_t sim) const {
  const auto found = simulations_.find(sim);
  const std::size_t known = found == simulations_.end() ? 0 : found->second.known;
  return known == steps_on_rank(sim, steps_, rank_, ranks_, routing_);
}

std::size_t Ledger::pairs(std::size_t lead) const {
  if (lead == 0) return counts_.unique;
  std::size_t pairs = 0;
  for (const auto& [sim, simulation] : simulations_) {
    for (std::uint64_t step = lead; step < steps_; ++step)
      pairs += has(simulation.accepted, step) && has(simulation.accepted, step - lead);
  }
  return pairs;
}

std::vector<SampleId> Ledger::accepted() const {
  std::vector<SampleId> ids;
  ids.reserve(counts_.unique);
  for (const auto& [sim, simulation] : simulations_) {
    for (std::uint64_t step = 0; step < steps_; ++step) {
      if (has(simulation.accepted, step)) ids.push_back({.sim = sim, .step = step});
    }
  }
  return ids;
}

}  // namespace weir

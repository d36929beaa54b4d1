#pragma once
// What a seed decides of a simulated study: its size, its network, and what goes wrong.

#include <algorithm>
#include <cstddef>
#include <vector>

#include "src/core/random.h"
#include "src/wire/memory_channel.h"

namespace weir::wire::test {

struct Plan {
  explicit Plan(Random& random) {
    ranks = 1 + random.below(3);
    simulations = 1 + random.below(6);
    steps = 1 + random.below(20);
    for (std::uint64_t i = 1 + random.below(3); i > 0; --i) fields.push_back(1 + random.below(300));
    for (const auto size : fields) sample_bytes += size * sizeof(float);
    largest_chunk = 1 + random.below(200);
    budget = 16 + random.below(3 * sample_bytes);
    room = 1 + random.below(8);
    window = sample_bytes * (1 + random.below(4));
    own_checkpoints = random.below(2) == 0;
    parts = random.below(2) == 0 ? 1 : 2 + random.below(3);
    in_turn = parts > 1 && random.below(2) == 0;
    // Parts do not wait for the same at the same time, and one of them may have all of a sample: a
    // field that is a step ahead needs room for two.
    if (parts > 1 && !in_turn) window = std::max(window, 2 * parts * sample_bytes);
    plan_faults(random);
  }

  std::size_t ranks, simulations, steps, largest_chunk, room;
  std::size_t sample_bytes = 0, budget, window;
  std::vector<std::size_t> fields;
  bool own_checkpoints;  ///< a later attempt starts at a durable step
  std::size_t parts;     ///< ranks of a solver that send by themselves; 1: it gathers
  bool in_turn;          ///< all fields of a step are sent before those of the next
  MemoryFaults faults;
  std::size_t client_kills = 0;     ///< its job ends without a word
  std::size_t client_splits = 0;    ///< a later attempt starts while it lives on
  std::size_t server_restarts = 0;  ///< back to a cut, under the next epoch
  std::size_t clock_jumps = 0;      ///< forward, as when a machine was suspended

 private:
  void plan_faults(Random& random) {
    using std::chrono::milliseconds, std::chrono::seconds;
    const auto often = [&](double probability) { return random.below(2) == 0 ? 0 : probability; };
    faults.longest_delay = milliseconds(random.below(40));
    faults.duplicate = often(0.05);
    faults.cut = often(0.01);
    faults.drop = often(0.002);
    faults.longest_silence = seconds(20);
    client_kills = random.below(3);
    client_splits = random.below(2);
    server_restarts = random.below(4);
    clock_jumps = random.below(2);
  }
};

}  // namespace weir::wire::test

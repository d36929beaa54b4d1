#pragma once
// The name of a sample within its study, and the place it belongs to.

#include <compare>
#include <cstddef>
#include <cstdint>

namespace weir {

/// One time step of one simulation.
struct SampleId {
  std::uint64_t sim = 0;
  std::uint64_t step = 0;
  auto operator<=>(const SampleId&) const = default;
};

/// The server rank that a sample belongs to: consecutive steps go round the ranks, simulations start on different ones.
inline std::size_t rank_of(SampleId id, std::size_t ranks) { return (id.sim + id.step) % ranks; }

/// How many of the `steps` steps of `sim` belong to `rank`.
inline std::size_t steps_on_rank(std::uint64_t sim, std::size_t steps, std::size_t rank, std::size_t ranks) {
  const std::size_t first = (rank + ranks - sim % ranks) % ranks;
  return first >= steps ? 0 : (steps - first - 1) / ranks + 1;
}

}  // namespace weir

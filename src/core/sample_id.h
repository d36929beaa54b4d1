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

/// In place of an attempt's number: none counts any more, the simulation is given up.
inline constexpr std::uint64_t no_attempt = ~std::uint64_t{0};

/// How a study's samples are dealt out to the server ranks; the numbers are those on the wire and
/// in files.
enum class Routing : std::uint32_t {
  by_step = 0,        ///< consecutive steps go round the ranks, simulations start on different ones
  by_simulation = 1,  ///< all steps of a simulation go to one rank, which makes pairs of them
};

/// The server rank that a sample belongs to.
inline std::size_t rank_of(SampleId id, std::size_t ranks, Routing routing = Routing::by_step) {
  return (id.sim + (routing == Routing::by_step ? id.step : 0)) % ranks;
}

/// How many of the `steps` steps of `sim` belong to `rank`.
inline std::size_t steps_on_rank(std::uint64_t sim, std::size_t steps, std::size_t rank,
                                 std::size_t ranks, Routing routing = Routing::by_step) {
  if (routing == Routing::by_simulation) return sim % ranks == rank ? steps : 0;
  const std::size_t first = (rank + ranks - sim % ranks) % ranks;
  return first >= steps ? 0 : (steps - first - 1) / ranks + 1;
}

}  // namespace weir

#pragma once
// Which parameters each simulation runs with.

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "src/study/study.h"

namespace weir {

/// A pure function of (study, sim), unless it says otherwise: every rank makes the same one from the same study.
/// Thread-safe.
class Design {
 public:
  virtual ~Design() = default;
  /// The values of simulation `sim`, in the study's order and bounds. Simulations from `count` on stand in for failed
  /// ones: the sequence goes on where it can, a Latin hypercube continues uniformly, a list with its further lines.
  /// Nothing when there is none (a list that has ended).
  virtual std::optional<std::vector<double>> parameters(std::uint64_t sim) const = 0;
  /// Whether parameters(sim) is the same on all ranks and will never change: before, nobody may be told.
  virtual bool is_settled(std::uint64_t sim) const { return (void)sim, true; }
};

/// Error{input} for a list that cannot be read, has another header, too few lines, or values out of bounds.
std::unique_ptr<Design> make_design(const Study& study);

}  // namespace weir

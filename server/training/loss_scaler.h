#pragma once
// By what a loss is multiplied so that its small gradients do not vanish in FP16.

#include <cstddef>

namespace weir {

/// What a scaler remembers.
struct LossScale {
  double value = 65536;        ///< a power of two, so that dividing by it is exact
  std::size_t good_steps = 0;  ///< since it last changed

  friend bool operator==(const LossScale&, const LossScale&) = default;
};

/// Dynamic (Micikevicius et al., 2018, "Mixed precision training", section 3.2): halved after a
/// step whose gradients overflowed, which is left out, and doubled after 2000 steps in a row
/// without one; from 1 to 2^24. Gradients are looked at once they are summed over the ranks, where
/// one infinity is an infinity for all: so all ranks decide alike. Copyable: plain state.
class LossScaler {
 public:
  static constexpr std::size_t growth_interval = 2000;  // steps
  static constexpr double least = 1, most = 16777216;

  double scale() const { return state_.value; }
  /// Told of each step. `finite`: none of its gradients overflowed.
  void stepped(bool finite);

  const LossScale& state() const { return state_; }
  /// Goes on from what state() gave.
  void restore(const LossScale& state) { state_ = state; }

 private:
  LossScale state_;
};

}  // namespace weir

#pragma once
// A design whose simulations may be drawn anew until their parameters are settled.

#include <cstdint>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "server/sampling/design.h"

namespace weir {

/// The same on all server ranks, as far as simulations are settled. Thread-safe.
class SettledDesign final : public Design {
 public:
  explicit SettledDesign(std::unique_ptr<Design> base) : base_(std::move(base)) {}

  /// The settled values; until then those of the design beneath, which may still change.
  std::optional<std::vector<double>> parameters(std::uint64_t sim) const override;
  bool is_settled(std::uint64_t sim) const override;

  /// For good.
  void settle(std::uint64_t sim, std::vector<double> values);
  std::size_t settled() const;
  const Design& base() const { return *base_; }

 private:
  const std::unique_ptr<Design> base_;
  mutable std::mutex mutex_;
  std::unordered_map<std::uint64_t, std::vector<double>> values_;  ///< guarded by mutex_
};

}  // namespace weir

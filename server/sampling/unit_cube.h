#pragma once
// A design that draws points of the unit cube; here they are brought to the study's bounds.

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "server/sampling/design.h"

namespace weir {

class UnitCubeDesign : public Design {
 public:
  explicit UnitCubeDesign(std::vector<Parameter> parameters) : parameters_(std::move(parameters)) {}
  std::optional<std::vector<double>> parameters(std::uint64_t sim) const final;

 protected:
  std::size_t dimensions() const { return parameters_.size(); }

 private:
  /// The point of `sim`: dimensions() coordinates in [0, 1). Nothing when the sequence has ended.
  virtual std::optional<std::vector<double>> point(std::uint64_t sim) const = 0;

  std::vector<Parameter> parameters_;
};

}  // namespace weir

#pragma once
// Writes a plan layer by layer: each call adds tensors and the statements that use them.

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "src/surrogate/plan.h"

namespace weir {

/// [1, 2] as the script spells it.
std::string script_list(const std::vector<std::size_t>& values);

class PlanWriter {
 public:
  explicit PlanWriter(Activation activation) : activation_(activation) {}

  /// Adds a tensor; how the script names it.
  std::string tensor(TensorPlan plan);
  /// Adds "    text\n".
  void statement(const std::string& text);

  /// h: [B, from] → [B, to]; weight and bias begin in ±1/√from.
  void linear(const std::string& name, std::size_t from, std::size_t to);
  /// Several, widths[0] → … → widths.back(), with an activation between them.
  void linears(const std::string& name, const std::vector<std::size_t>& widths);
  /// h: [B, from, grid…] → [B, to, grid…]; an odd kernel, zeros around the grid.
  void convolution(const std::string& name, std::size_t from, std::size_t to, std::size_t axes,
                   std::size_t kernel);
  /// h: [B, channels, any…] → [B, channels, grid…], linearly between points.
  void resize(const std::vector<std::size_t>& grid);
  void activate();
  /// h: [B, inputs] → [B, inputs + axes, grid…]: the inputs at every point, then its coordinates;
  /// returns how many channels that are.
  std::size_t spread_over(const std::vector<std::size_t>& grid, std::size_t inputs);
  /// h: [B, fields, grid…] → [B, fields × points].
  void flatten(const ModelShape& shape);

  ModelPlan take() { return std::move(plan_); }

 private:
  Activation activation_;
  ModelPlan plan_;
};

}  // namespace weir

#pragma once
// Writes a plan layer by layer: each call adds an operation, and the tensors that it uses. Where
// nothing else is said it replaces the value "h".

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "src/surrogate/plan.h"

namespace weir {

class PlanWriter {
 public:
  PlanWriter(Activation activation, const ModelShape& shape) : activation_(activation) {
    plan_.state = shape.state;
  }

  /// Adds a tensor; its name.
  std::string tensor(TensorPlan plan);
  /// Adds an operation as it is.
  void apply(Operation operation);

  /// h: [B, from] → [B, to]; weight and bias begin in ±1/√from.
  void linear(const std::string& name, std::size_t from, std::size_t to);
  /// Several, widths[0] → … → widths.back(), with an activation between them.
  void linears(const std::string& name, const std::vector<std::size_t>& widths);
  /// h: [B, from, grid…] → [B, to, grid…]; an odd kernel, zeros around the grid.
  void convolution(const std::string& name, std::size_t from, std::size_t to, std::size_t axes,
                   std::size_t kernel);
  /// h: [B, channels, any…] → [B, channels, grid…], linearly between points.
  void resize(const std::vector<std::size_t>& grid);
  /// h: half the points along each axis, rounded up.
  void pool(std::size_t axes);
  void activate();
  /// h: [B, inputs] → [B, inputs + axes, grid…]: the inputs at every point, then its coordinates;
  /// returns how many channels that are.
  std::size_t spread_over(const std::vector<std::size_t>& grid, std::size_t inputs);
  /// spread_over() the fields' grid, with the state's fields, if there is a state, behind it.
  std::size_t lift(const ModelShape& shape);
  /// value = the state: [B, fields, grid…].
  void state_on_grid(const std::string& value, const ModelShape& shape);
  /// The tensor [axes, grid…] of the coordinates; its name.
  std::string coordinates(const std::vector<std::size_t>& grid);
  /// h: [B, …] → [B, shape…].
  void reshape(const std::vector<std::size_t>& shape);
  /// h: [B, fields, grid…] → [B, fields × points].
  void flatten(const ModelShape& shape);

  /// value = h.
  void keep(const std::string& value);
  /// h = value + h.
  void add(const std::string& value);
  /// h: both values' channels, those of h first.
  void append(const std::string& value);

  ModelPlan take() { return std::move(plan_); }

 private:
  Activation activation_;
  ModelPlan plan_;
};

}  // namespace weir

#include "src/surrogate/plan_writer.h"

#include <cmath>
#include <utility>

namespace weir {
namespace {

std::size_t power(std::size_t base, std::size_t exponent) {
  std::size_t result = 1;
  for (; exponent > 0; --exponent) result *= base;
  return result;
}

}  // namespace

std::string PlanWriter::tensor(TensorPlan plan) {
  plan_.tensors.push_back(std::move(plan));
  return plan_.tensors.back().name;
}

void PlanWriter::apply(Operation operation) { plan_.operations.push_back(std::move(operation)); }

void PlanWriter::activate() { apply({.function = Activate{activation_}}); }

void PlanWriter::linear(const std::string& name, std::size_t from, std::size_t to) {
  const double bound = 1 / std::sqrt(static_cast<double>(from));
  const auto weight = tensor({name + ".weight", {to, from}, Start::uniform, bound});
  const auto bias = tensor({name + ".bias", {to}, Start::uniform, bound});
  apply({.function = Linear{weight, bias}});
}

void PlanWriter::linears(const std::string& name, const std::vector<std::size_t>& widths) {
  for (std::size_t k = 0; k + 1 < widths.size(); ++k) {
    linear(name + "." + std::to_string(k), widths[k], widths[k + 1]);
    if (k + 2 < widths.size()) activate();
  }
}

void PlanWriter::convolution(const std::string& name, std::size_t from, std::size_t to,
                             std::size_t axes, std::size_t kernel) {
  const double bound = 1 / std::sqrt(static_cast<double>(from * power(kernel, axes)));
  std::vector<std::size_t> shape = {to, from};
  shape.insert(shape.end(), axes, kernel);
  const auto weight = tensor({name + ".weight", shape, Start::uniform, bound});
  const auto bias = tensor({name + ".bias", {to}, Start::uniform, bound});
  apply({.function = Convolution{weight, bias, axes, kernel}});
}

void PlanWriter::resize(const std::vector<std::size_t>& grid) { apply({.function = Resize{grid}}); }

void PlanWriter::pool(std::size_t axes) { apply({.function = Pool{axes}}); }

std::string PlanWriter::coordinates(const std::vector<std::size_t>& grid) {
  std::vector<std::size_t> shape = {grid.size()};
  shape.insert(shape.end(), grid.begin(), grid.end());
  return tensor({"coordinates", shape, Start::coordinates, /*scale=*/1, /*trained=*/false});
}

std::size_t PlanWriter::spread_over(const std::vector<std::size_t>& grid, std::size_t inputs) {
  apply({.function = Spread{coordinates(grid), inputs, grid}});
  return inputs + grid.size();
}

std::size_t PlanWriter::lift(const ModelShape& shape) {
  const std::size_t channels = spread_over(shape.fields.front().shape, shape.inputs);
  if (!shape.state) return channels;
  state_on_grid("t", shape);
  append("t");
  return channels + shape.fields.size();
}

void PlanWriter::state_on_grid(const std::string& value, const ModelShape& shape) {
  std::vector<std::size_t> place = {shape.fields.size()};
  const auto& grid = shape.fields.front().shape;
  place.insert(place.end(), grid.begin(), grid.end());
  apply({.result = value, .from = {"s"}, .function = Reshape{place}});
}

void PlanWriter::reshape(const std::vector<std::size_t>& shape) {
  apply({.function = Reshape{shape}});
}

void PlanWriter::flatten(const ModelShape& shape) { reshape({shape.outputs()}); }

void PlanWriter::keep(const std::string& value) { apply({.result = value, .function = Keep{}}); }

void PlanWriter::add(const std::string& value) { apply({.from = {value, "h"}, .function = Add{}}); }

void PlanWriter::append(const std::string& value) {
  apply({.from = {"h", value}, .function = Concatenate{}});
}

}  // namespace weir

#include "src/surrogate/plan_writer.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace weir {
namespace {

const char* script_name(Activation activation) {
  switch (activation) {
    case Activation::relu:
      return "torch.relu";
    case Activation::tanh:
      return "torch.tanh";
    case Activation::gelu:
      return "torch.gelu";
    case Activation::silu:
      return "torch.silu";
  }
  return "";
}

std::size_t power(std::size_t base, std::size_t exponent) {
  std::size_t result = 1;
  for (; exponent > 0; --exponent) result *= base;
  return result;
}

}  // namespace

std::string script_list(const std::vector<std::size_t>& values) {
  std::string text = "[";
  for (std::size_t k = 0; k < values.size(); ++k)
    text += (k > 0 ? ", " : "") + std::to_string(values[k]);
  return text + "]";
}

std::string PlanWriter::tensor(TensorPlan plan) {
  std::string attribute = "self." + plan.name;
  std::replace(attribute.begin() + 5, attribute.end(), '.', '_');
  plan_.tensors.push_back(std::move(plan));
  return attribute;
}

void PlanWriter::statement(const std::string& text) { plan_.script += "    " + text + "\n"; }

void PlanWriter::activate() { statement(std::string("h = ") + script_name(activation_) + "(h)"); }

void PlanWriter::linear(const std::string& name, std::size_t from, std::size_t to) {
  const double bound = 1 / std::sqrt(static_cast<double>(from));
  const auto weight = tensor({name + ".weight", {to, from}, Start::uniform, bound});
  const auto bias = tensor({name + ".bias", {to}, Start::uniform, bound});
  statement("h = torch.linear(h, " + weight + ", " + bias + ")");
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
  const std::vector<std::size_t> ones(axes, 1), padding(axes, kernel / 2);
  statement("h = torch.conv" + std::to_string(axes) + "d(h, " + weight + ", " + bias + ", " +
            script_list(ones) + ", " + script_list(padding) + ", " + script_list(ones) + ", 1)");
}

void PlanWriter::resize(const std::vector<std::size_t>& grid) {
  static constexpr const char* functions[] = {"linear1d", "bilinear2d", "trilinear3d"};
  statement(std::string("h = torch.upsample_") + functions[grid.size() - 1] + "(h, " +
            script_list(grid) + ", False)");
}

std::size_t PlanWriter::spread_over(const std::vector<std::size_t>& grid, std::size_t inputs) {
  std::vector<std::size_t> shape = {grid.size()};
  shape.insert(shape.end(), grid.begin(), grid.end());
  const auto places =
      tensor({"coordinates", shape, Start::coordinates, /*scale=*/1, /*trained=*/false});
  std::string one = "[h.size(0), " + std::to_string(inputs), every = "[-1, -1",
              batch = "[h.size(0)";
  for (const auto extent : grid) {
    one += ", 1";
    every += ", " + std::to_string(extent);
  }
  for (const auto extent : shape) batch += ", " + std::to_string(extent);
  statement("h = torch.cat([h.reshape(" + one + "]).expand(" + every + "]), " + places +
            ".unsqueeze(0).expand(" + batch + "])], 1)");
  return inputs + grid.size();
}

void PlanWriter::flatten(const ModelShape& shape) {
  statement("h = h.reshape([h.size(0), " + std::to_string(shape.outputs()) + "])");
}

}  // namespace weir

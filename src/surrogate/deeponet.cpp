#include <string>

#include "src/surrogate/plan_writer.h"

namespace weir {
namespace {

std::vector<std::size_t> widths(std::size_t first, const std::vector<std::size_t>& hidden,
                                std::size_t last) {
  std::vector<std::size_t> all = {first};
  all.insert(all.end(), hidden.begin(), hidden.end());
  all.push_back(last);
  return all;
}

}  // namespace

ModelPlan plan_deeponet(const ModelSettings& settings, const ModelShape& shape) {
  const auto& grid = shape.fields.front().shape;
  const std::size_t axes = grid.size(), points = shape.fields.front().size();
  const std::size_t fields = shape.fields.size(), basis = settings.basis;
  PlanWriter writer(settings.activation, shape);
  if (shape.state) writer.append("s");
  const std::size_t given = shape.inputs + (shape.state ? shape.outputs() : 0);
  writer.linears("branch", widths(given, settings.hidden, fields * basis));
  writer.reshape({fields, basis});
  writer.keep("b");

  writer.apply({.from = {}, .function = Points{writer.coordinates(grid), axes, points}});
  writer.linears("trunk", widths(axes, settings.hidden, basis));
  writer.activate();

  const auto bias = writer.tensor({"bias", {fields, 1}, Start::zero});
  writer.apply({.from = {"b", "h"}, .function = Combine{}});
  writer.apply({.function = AddTensor{bias}});
  writer.flatten(shape);
  return writer.take();
}

}  // namespace weir

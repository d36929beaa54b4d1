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
  PlanWriter writer(settings.activation);
  writer.linears("branch", widths(shape.inputs, settings.hidden, fields * basis));
  writer.statement("b = h.reshape([h.size(0), " + script_list({fields, basis}).substr(1) + ")");

  std::vector<std::size_t> place = {axes};
  place.insert(place.end(), grid.begin(), grid.end());
  const auto coordinates =
      writer.tensor({"coordinates", place, Start::coordinates, /*scale=*/1, /*trained=*/false});
  writer.statement("h = " + coordinates + ".reshape(" + script_list({axes, points}) + ").t()");
  writer.linears("trunk", widths(axes, settings.hidden, basis));
  writer.activate();

  const auto bias = writer.tensor({"bias", {fields, 1}, Start::zero});
  writer.statement("h = torch.matmul(b, h.t()) + " + bias);
  writer.flatten(shape);
  return writer.take();
}

}  // namespace weir

#include <string>

#include "src/surrogate/plan_writer.h"

namespace weir {
namespace {

/// value = the inverse transform of the weighted lowest modes of h.
void add_spectral_convolution(PlanWriter& writer, const std::string& value, const std::string& name,
                              const ModelSettings& settings, const std::vector<std::size_t>& grid) {
  const std::size_t width = settings.width, axes = grid.size();
  std::vector<std::size_t> shape = {width, width};
  shape.insert(shape.end(), axes, settings.modes);
  shape.push_back(2);  // real and imaginary part
  SpectralConvolution function = {.weights = {}, .grid = grid, .modes = settings.modes};
  const std::size_t corners = std::size_t{1} << (axes - 1);
  for (std::size_t corner = 0; corner < corners; ++corner) {
    function.weights.push_back(writer.tensor({name + ".spectral." + std::to_string(corner), shape,
                                              Start::uniform, 1 / static_cast<double>(width)}));
  }
  writer.apply({.result = value, .function = function});
}

}  // namespace

ModelPlan plan_fno(const ModelSettings& settings, const ModelShape& shape) {
  const auto& grid = shape.fields.front().shape;
  const std::size_t axes = grid.size(), width = settings.width;
  PlanWriter writer(settings.activation, shape);
  writer.convolution("lift", writer.lift(shape), width, axes, /*kernel=*/1);
  for (std::size_t layer = 0; layer < settings.layers; ++layer) {
    const std::string name = "layers." + std::to_string(layer);
    add_spectral_convolution(writer, "w", name, settings, grid);
    writer.convolution(name + ".pointwise", width, width, axes, /*kernel=*/1);
    writer.add("w");
    if (layer + 1 < settings.layers) writer.activate();
  }
  writer.convolution("head.0", width, 2 * width, axes, /*kernel=*/1);
  writer.activate();
  writer.convolution("head.1", 2 * width, shape.fields.size(), axes, /*kernel=*/1);
  writer.flatten(shape);
  return writer.take();
}

}  // namespace weir

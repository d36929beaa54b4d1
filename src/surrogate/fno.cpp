#include <string>

#include "src/surrogate/plan_writer.h"

namespace weir {
namespace {

/// The corners of the spectrum that hold the lowest modes: low or high along each axis but the
/// last, whose negative half is not there.
std::vector<std::string> corners(std::size_t axes, std::size_t modes) {
  const std::string count = std::to_string(modes), low = ":" + count, high = "-" + count + ":";
  std::vector<std::string> slices = {""};
  for (std::size_t axis = 0; axis + 1 < axes; ++axis) {
    std::vector<std::string> next;
    for (const auto& slice : slices)
      for (const auto& end : {low, high}) next.push_back(slice + ", " + end);
    slices = next;
  }
  for (auto& slice : slices) slice = "[:, :" + slice + ", " + low + "]";
  return slices;
}

/// h → the inverse transform of the weighted lowest modes of h.
void add_spectral_convolution(PlanWriter& writer, const std::string& name,
                              const ModelSettings& settings, const std::vector<std::size_t>& grid) {
  const std::size_t width = settings.width, axes = grid.size();
  std::vector<std::size_t> shape = {width, width}, over;
  shape.insert(shape.end(), axes, settings.modes);
  shape.push_back(2);  // real and imaginary part
  for (std::size_t axis = 0; axis < axes; ++axis) over.push_back(2 + axis);
  const std::string letters = std::string("xyz").substr(0, axes);
  const std::string product = "\"bi" + letters + ",io" + letters + "->bo" + letters + "\"";

  writer.statement("f = torch.fft_rfftn(h, None, " + script_list(over) + ")");
  writer.statement("g = torch.zeros_like(f)");
  std::size_t number = 0;
  for (const auto& corner : corners(axes, settings.modes)) {
    const auto weight = writer.tensor({name + ".spectral." + std::to_string(number++), shape,
                                       Start::uniform, 1 / static_cast<double>(width)});
    writer.statement("g" + corner + " = torch.einsum(" + product + ", [f" + corner +
                     ", torch.view_as_complex(" + weight + ")])");
  }
  writer.statement("h = torch.fft_irfftn(g, " + script_list(grid) + ", " + script_list(over) + ")");
}

}  // namespace

ModelPlan plan_fno(const ModelSettings& settings, const ModelShape& shape) {
  const auto& grid = shape.fields.front().shape;
  const std::size_t axes = grid.size(), width = settings.width;
  PlanWriter writer(settings.activation);
  writer.convolution("lift", writer.spread_over(grid, shape.inputs), width, axes, /*kernel=*/1);
  for (std::size_t layer = 0; layer < settings.layers; ++layer) {
    const std::string name = "layers." + std::to_string(layer);
    writer.statement("r = h");
    add_spectral_convolution(writer, name, settings, grid);
    writer.statement("s = h");
    writer.statement("h = r");
    writer.convolution(name + ".pointwise", width, width, axes, /*kernel=*/1);
    writer.statement("h = h + s");
    if (layer + 1 < settings.layers) writer.activate();
  }
  writer.convolution("head.0", width, 2 * width, axes, /*kernel=*/1);
  writer.activate();
  writer.convolution("head.1", 2 * width, shape.fields.size(), axes, /*kernel=*/1);
  writer.flatten(shape);
  return writer.take();
}

}  // namespace weir
